"""What is said about a draft before it is sent."""

import time
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cornbread.channels.domain.capabilities import Counting
from cornbread.outbound.domain.checks import blocks, check, says_something
from cornbread.outbound.domain.dictionaries import LANGUAGES, dictionary_for
from cornbread.outbound.domain.findings import Finding, Severity
from cornbread.outbound.domain.lengths import COUNTS, count_mastodon, count_plain
from cornbread.outbound.domain.links import LinkState, find_links, judge_answer
from cornbread.outbound.domain.placeholders import find_placeholders
from cornbread.outbound.domain.spelling import MOST, find_misspellings

LONG = "https://www.example.com/very/long/path?with=a&query=and#fragment"


class Few:
    """A dictionary of a few words."""

    def __init__(self, words: str) -> None:
        self.words = set(words.split())

    def knows(self, word: str, /) -> bool:
        return word in self.words

    def suggest(self, word: str, /) -> Sequence[str]:
        return sorted(known for known in self.words if sorted(known) == sorted(word))


def marked(text: str, findings: list[Finding]) -> list[str]:
    return [text[finding.start : finding.end] for finding in findings]


def unknown(text: str, words: str, *, known: Sequence[str] = ()) -> list[str]:
    return marked(text, find_misspellings(text, Few(words), known=known))


# Something to say


@pytest.mark.parametrize("text", ["", "  \n", "\u200b\u2060", "@ana", "@ana@example.social @lee "])
def test_a_draft_that_says_nothing_is_not_sent(text: str) -> None:
    (finding,) = check(text, max_length=500)
    assert (finding.code, finding.severity) == ("empty", Severity.BLOCK)


@pytest.mark.parametrize("text", ["Hello", "👍", "@ana yes", "?"])
def test_a_short_answer_says_something(text: str) -> None:
    assert says_something(text)
    assert check(text, max_length=500) == []


# Length


def test_a_draft_that_is_too_long_says_by_how_much() -> None:
    (finding,) = check("a" * 12, max_length=10)
    assert finding.message == "This is 2 characters too long: 12 of 10."
    assert finding.code == "too_long"
    assert blocks([finding])
    (finding,) = check("a" * 11, max_length=10)
    assert finding.message == "This is 1 character too long: 11 of 10."
    assert check("a" * 10, max_length=10) == []
    assert check("a" * 10_000) == []


def test_an_accent_counts_once_however_it_is_written() -> None:
    assert count_plain("é") == count_plain("e\u0301") == 1
    assert count_mastodon("e\u0301") == 1


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        (LONG, 23),
        ("http://a.de", 23),
        (f"See {LONG}.", 4 + 23 + 1),
        (f"({LONG})", 25),
        (f"{LONG} {LONG}", 47),
        ("HTTPS://EXAMPLE.COM/A", 23),
        ("www.example.com/a/rather/long/path", 34),
        ("http://localhost:3000/a/rather/long/path", 40),
        ("http://[broken/a/rather/long/path/here", 38),
        ("@ana@example.social hi", 7),
        ("@ana hi", 7),
        ("@a.b-c@example.social hi", 9),
        ("mail ana@example.com", 20),
        ("https://example.social/@ana@other.social", 23),
    ],
)
def test_mastodon_counts_links_as_23_and_handles_without_their_host(text: str, length: int) -> None:
    assert count_mastodon(text) == length


def test_every_way_of_counting_that_a_network_may_declare_is_known() -> None:
    assert set(COUNTS) == set(Counting)


@given(st.text())
def test_text_without_links_and_handles_counts_alike_everywhere(text: str) -> None:
    plain = text.replace("@", "").replace("/", "")
    assert count_mastodon(plain) == count_plain(plain) == len(unicodedata.normalize("NFC", plain))


# Links


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("no link: https:// www. www... https://.", []),
        (f"See {LONG}, and http://b.example!", [LONG, "http://b.example"]),
        (
            "(https://en.wikipedia.org/wiki/Corn_(food))",
            ["https://en.wikipedia.org/wiki/Corn_(food)"],
        ),
        ("[help](https://a.example/help) here", ["https://a.example/help"]),
        ("www.example.com…", ["https://www.example.com"]),
        ("«https://a.example/b»", ["https://a.example/b"]),
        ("name@www.example.com", []),
    ],
)
def test_links_are_found_without_the_punctuation_around_them(text: str, urls: list[str]) -> None:
    assert [link.url for link in find_links(text)] == urls


@given(st.text(alphabet="htps:/w.w ()[]a,é…@", max_size=60))
def test_links_stand_where_they_are_said_to_stand(text: str) -> None:
    end = 0
    for link in find_links(text):
        assert end <= link.start < link.end <= len(text)
        assert link.url.endswith(text[link.start : link.end])
        end = link.end


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, "alive"),
        (304, "alive"),
        (404, "dead"),
        (410, "dead"),
        (403, "doubtful"),
        (503, "doubtful"),
    ],
)
def test_only_what_is_gone_is_dead(status: int, state: str) -> None:
    assert judge_answer(status) == state


def test_a_dead_link_holds_a_draft_back_and_a_doubtful_one_warns() -> None:
    text = "Look: https://a.example/x or https://b.example/y or https://c.example/z"
    results = {"https://a.example/x": LinkState.DOUBTFUL, "https://b.example/y": LinkState.DEAD}
    findings = check(text, link_results=results)
    assert [(one.code, one.severity) for one in findings] == [
        ("dead_link", Severity.BLOCK),
        ("doubtful_link", Severity.WARN),
    ]
    assert marked(text, findings) == ["https://b.example/y", "https://a.example/x"]


# Placeholders


@pytest.mark.parametrize(
    "placeholder",
    [
        "{{name}}", "{{ customer.first_name }}", "{{}}", "{name}", "{first name}", "{ order_id }",
        "${name}", "#{name}", "{% if late %}", "<%= name %>", "*|FNAME|*", "[[name]]",
        "[NAME]", "[FIRST NAME]", "[ORDER-NUMBER]", "[first name]", "[Your Name]",
        "[insert link here]", "<first name>", "<NAME>", "<order_number>",
        "$name", "$first_name", "$firstName",
        "%name%", "%FIRST_NAME%", "%(name)s",
    ],
)  # fmt: skip
def test_a_placeholder_that_nobody_filled_in_holds_a_draft_back(placeholder: str) -> None:
    text = f"Hello {placeholder}, we are sorry."
    (finding,) = find_placeholders(text)
    assert text[finding.start : finding.end] == placeholder
    assert finding.severity is Severity.BLOCK
    assert placeholder in finding.message


@pytest.mark.parametrize("text", ["Done [SOLVED] now", "we saw $btc rise"])
def test_what_may_be_a_placeholder_is_only_a_warning(text: str) -> None:
    (finding,) = find_placeholders(text)
    assert finding.severity is Severity.WARN


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 or 5$, US$name aside, $AAPL $10.50",
        "50% off, 100%sure% of it, 5 % and 7 %",
        "[name](https://a.example) and ![name](https://a.example/i.png) [name][1]",
        "[1] and [x] and [sic] and [EN] and [see below] and array[NAME]",
        "I <3 you, 3 < 4 > 2, <b>bold</b>, <https://a.example> <ana@a.example>",
        "{} and {0} and :-{ or :-}",
        "Write `{name}` or `[NAME]` in your template",
        "https://a.example/%D0%BD%AB%CD/?q=$name&x=[NAME]",
        "Email us, Name your price!",
    ],
)
def test_normal_text_has_no_placeholders(text: str) -> None:
    assert find_placeholders(text) == []


def test_a_placeholder_in_a_link_is_found_too() -> None:
    text = "https://a.example/{order}/x"
    assert marked(text, find_placeholders(text)) == ["{order}"]


def test_each_placeholder_is_named_once_and_in_order() -> None:
    text = "[NAME] {{x}} ${y} [NAME]"
    assert marked(text, find_placeholders(text)) == ["[NAME]", "{{x}}", "${y}", "[NAME]"]


@given(st.text(alphabet="{}[]<>$%#*|`_ aN:/(.", max_size=40))
def test_placeholders_never_overlap(text: str) -> None:
    end = 0
    for finding in find_placeholders(text):
        assert end <= finding.start < finding.end <= len(text)
        end = finding.end


# Spelling


def test_unknown_words_are_warnings_with_suggestions() -> None:
    text = "We recieve it"
    (finding,) = check(text, dictionary=Few("we receive it"))
    assert (finding.code, finding.severity) == ("spelling", Severity.WARN)
    assert (finding.suggestions, finding.start) == (("receive",), 3)
    assert finding.message == "“recieve” may be misspelt."


def test_suggestions_keep_the_capital() -> None:
    (finding,) = find_misspellings("Recieve it", Few("receive"))
    assert finding.suggestions == ("Receive",)


@pytest.mark.parametrize(
    "text",
    [
        "it is Kirsty and Amruta",
        "it is NASA it is iPhone it is McDonald",
        "it is @xyzzy and @xyzzy@host.social and #xyzzy",
        "it is https://xyzzy.example/foobar or xyzzy@example.com or xyzzy.com",
        "it is abc123 it is 2nd it is 4x4-drive",
        "it is `xyzzy` :xyzzy: {xyzzy} [xyzzy] <xyzzy> $xyzzy %xyzzy%",
        "it is. -Kirsty",
        "it is ^XY",
        "it is ok am",
        "it is a" + "rgh" * 30,
    ],
)
def test_names_handles_links_and_codes_are_not_misspelt(text: str) -> None:
    assert unknown(text, "and the or it is") == []


def test_a_capital_at_the_start_of_a_sentence_protects_nothing() -> None:
    assert unknown("Helo there. Thnks for this! “Yuo did", "there for this did") == [
        "Helo",
        "Thnks",
        "Yuo",
    ]
    assert unknown("@ana Helo there", "there") == ["Helo"]
    assert unknown("Helo", "hello") == ["Helo"]


def test_words_that_the_customer_used_are_fine() -> None:
    assert unknown("the Mbps of the kludgy xyzzy", "the of", known=["my Kludgy xyzzy’s"]) == [
        "xyzzy"
    ]
    assert unknown("the kludgy xyzzy", "the", known=["kludgy", "XYZZY!"]) == []


def test_words_joined_by_apostrophe_or_hyphen_are_known_by_their_parts() -> None:
    assert unknown("there’ll be well-known things’", "there well known things") == []
    assert unknown("a wel-known thing", "well known thing") == ["wel-known"]


def test_a_text_in_another_language_is_not_marked_all_over() -> None:
    assert len(unknown("xyzzy " * 100, "hello")) == MOST


@given(st.text(max_size=60))
@example("A'aaa")
@example("A’aaa")
def test_misspellings_stand_where_they_are_said_to_stand(text: str) -> None:
    for finding in find_misspellings(text, Few("")):
        word = text[finding.start : finding.end]
        assert len(word) >= 3
        # The message names the word with plain apostrophes and hyphens.
        assert word.replace("’", "'").replace("‑", "-") in finding.message


@pytest.mark.parametrize("tag", ["en", "en-GB", "EN_us", "de", "fr", "it", "nl", "pt-BR"])
def test_there_is_a_dictionary_for_a_language_in_any_writing_of_its_tag(tag: str) -> None:
    assert dictionary_for(tag) is not None


@pytest.mark.parametrize("tag", [None, "", "es", "ru", "xx"])
def test_no_dictionary_is_better_than_a_bad_one(tag: str | None) -> None:
    assert dictionary_for(tag) is None


GOOD = {
    "en": "We’re sorry that your colour TV, the theatre programme and the organisation’s cancelled "
    "wifi did not work. There’ll be cornbread. Could you check your inbox?",
    "fr": "Pourriez-vous nous envoyer votre numéro de commande en message privé ? Les trains sont "
    "arrêtés à cause d'une panne, lorsqu'il pleut aussi, et l'hôtel s'occupe de vous.",
    "de": "Bitte schicken Sie uns Ihre Bestellnummer, dann kümmern wir uns sofort darum. Die Züge "
    "stehen wegen einer Störung. Wie geht's weiter?",
    "pt": "Por favor, envie-nos uma mensagem privada com o número do seu pedido e verificaremos o "
    "que aconteceu com a entrega.",
    "it": "Potresti inviarci un messaggio con il numero dell'ordine? Controlleremo subito cos'è "
    "successo quest'anno nell'ufficio.",
    "nl": "Stuur ons alstublieft een privébericht met uw bestelnummer, dan zoeken we meteen uit "
    "wat er met de bezorging is gebeurd. Heeft u foto's?",
}
BAD = {
    "en": ("recieve", "receive"),
    "fr": ("remerçie", "remercie"),
    "de": ("warscheinlich", "wahrscheinlich"),
    "pt": ("mensagen", "mensagem"),
    "it": ("grazzie", "grazie"),
    "nl": ("bestelnumer", "bestelnummer"),
}


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_good_text_is_left_alone_and_a_slip_is_found_with_what_was_meant(lang: str) -> None:
    dictionary = dictionary_for(lang)
    assert dictionary is not None
    assert marked(GOOD[lang], find_misspellings(GOOD[lang], dictionary)) == []
    slip, meant = BAD[lang]
    (finding,) = find_misspellings(f"{GOOD[lang]} {slip}", dictionary)
    assert meant in finding.suggestions


# All together


def test_what_blocks_comes_first_and_then_the_order_of_the_text() -> None:
    text = "Helo {name}, wrld [NAME]"
    findings = check(text, max_length=5, dictionary=Few("hello world"))
    assert [one.code for one in findings] == [
        "too_long",
        "placeholder",
        "placeholder",
        "spelling",
        "spelling",
    ]
    assert blocks(findings)
    assert not blocks(findings[3:])
    assert marked(text, findings)[1:] == ["{name}", "[NAME]", "Helo", "wrld"]


@given(st.text())
def test_any_text_can_be_checked(text: str) -> None:
    for finding in check(text, max_length=20, count=count_mastodon, dictionary=Few("")):
        assert 0 <= finding.start <= finding.end <= len(text)


@pytest.mark.parametrize(
    "piece", ["a", "a.", "a-", "a@", "{a ", "[A ", "*|", "https://a", ")", "1"]
)
def test_absurd_drafts_are_checked_without_delay(piece: str) -> None:
    text = "https://a.example/" + piece * (20_000 // len(piece))
    begun = time.process_time()
    check(text, max_length=500, count=count_mastodon, dictionary=dictionary_for("en"))
    assert time.process_time() - begun < 3
