"""From the HTML of a status to what its author typed."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.channels.networks.mastodon.text import clean, same_text, to_text

HOSTILE = Path(__file__).parents[3] / "shared" / "data" / "hostile"
MENTION = (
    '<span class="h-card" translate="no"><a href="https://far.example/@ana" '
    'class="u-url mention">@<span>ana</span></a></span>'
)
SHORTENED = (
    '<a href="https://www.example.org/timetable/2026?line=8" rel="nofollow noopener">'
    '<span class="invisible">https://www.</span><span class="ellipsis">example.org/timetable/20'
    '</span><span class="invisible">26?line=8</span></a>'
)
HASHTAG = (
    '<a href="https://brand.example/tags/trains" class="mention hashtag" rel="tag">'
    "#<span>trains</span></a>"
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>a<br>b<br />c</p>", "a\nb\nc"),
        ("<p>Fish &amp; chips &lt;3 &#x1F956;</p>", "Fish & chips <3 🥖"),
        (f"<p>{MENTION} hello</p>", "@ana hello"),
        (f"<p>see {SHORTENED}</p>", "see https://www.example.org/timetable/2026?line=8"),
        (f"<p>late {HASHTAG}!</p>", "late #trains!"),
        ('<p><a href="https://a.example/x">the menu</a>.</p>', "the menu (https://a.example/x)."),
        ('<p><a href="javascript:alert(1)">click</a></p>', "click"),
        ("<p>:blobcat: party</p>", ":blobcat: party"),
        ('<p>hi <img src="x" alt=":blobcat:"></p>', "hi :blobcat:"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<blockquote><p>quoted</p></blockquote><p>answer</p>", "quoted\n\nanswer"),
        ("<p>a</p><script>alert(1)</script><style>b{}</style><p>c</p>", "a\n\nc"),
        ("no markup at all", "no markup at all"),
        ("<p>  spaces \n and\tnewlines </p>", "spaces and newlines"),
        ("<p>never closed <b>bold", "never closed bold"),
        ("", ""),
    ],
)
def test_html_reads_as_its_author_meant_it(html: str, text: str) -> None:
    assert to_text(html) == text


def test_control_characters_and_half_characters_are_left_out() -> None:
    assert clean("a\x00b\x1b[31m\r\nc\rd\ud800") == "ab[31m\nc\nd?"


@given(st.text() | st.text(alphabet="<>/ap &;#x\"'=![]-br0\x00\ud800", max_size=200))
def test_no_html_whatever_makes_reading_fail(html: str) -> None:
    text = to_text(html)
    text.encode("utf-8")
    assert "\x00" not in text
    assert text == text.strip()


@given(st.text(alphabet=st.characters(exclude_categories=["C"]), max_size=80))
def test_plain_words_survive_being_wrapped_in_markup(words: str) -> None:
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert same_text(to_text(f"<p>{escaped}</p>"), words)


def test_thousands_of_nested_tags_neither_fail_nor_take_long() -> None:
    started = time.monotonic()
    for tag in ("<div>", "<b>", "<a href='https://a.example'>", "<p><table>", "<ul><li>"):
        to_text(tag * 200_000 + "x")
    assert time.monotonic() - started < 20


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile strings are not on this machine")
def test_collected_hostile_strings_read_without_failing() -> None:
    strings: list[str] = json.loads((HOSTILE / "naughty_strings.json").read_text("utf-8"))
    strings += [file.read_text("utf-8", "replace") for file in (HOSTILE / "xss").iterdir()]
    assert len(strings) > 400
    for string in strings:
        to_text(string).encode("utf-8")
        to_text(f"<p>{string}</p>").encode("utf-8")


def test_the_same_post_is_recognised_in_another_rendering() -> None:
    assert same_text("@ana@far.example  Grüße\nan alle", "@ana Gru\u0308ße an alle")
    assert not same_text("@ana yes", "@bo yes")
