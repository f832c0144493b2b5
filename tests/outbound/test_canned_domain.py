"""Which canned responses come first, and how they travel in files."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cornbread.outbound.domain.canned import Candidate, clean_shortcut, faults, ranked
from cornbread.outbound.domain.canned_files import Row, Unreadable, as_csv, as_json, read

NOW = datetime(2026, 5, 4, 22, 10, tzinfo=UTC)
LATE = Candidate(1, "late-train", "Your train is late", "We are sorry for the delay.")
REFUND = Candidate(2, "refund", "How to get money back", "Claim it with our café form.")
BATH = Candidate(3, "bath", "Room with a bath", "Late arrivals ring the bell.")


def found(query: str, *those: Candidate, lang: str = "") -> list[int]:
    return [one.id for one in ranked(query, those or (LATE, REFUND, BATH), lang=lang, now=NOW)]


def test_what_is_typed_finds_by_shortcut_then_title_then_text_then_letters_in_order() -> None:
    assert found("late") == [1, 3]
    assert found("money") == [2]
    assert found("sorry delay") == [1]
    assert found("ltr") == [1]
    assert found("cafe") == [2]
    assert found("zebra") == []


def test_with_nothing_typed_mine_come_before_my_teams_and_those_before_the_rest() -> None:
    hour = timedelta(hours=1)
    mine = Candidate(1, "c", "C", "c", used_by_me=NOW - hour)
    teams = Candidate(2, "b", "B", "b", used_by_team=NOW - hour)
    often = Candidate(3, "z", "Z", "z", times=40)
    never = Candidate(4, "a", "A", "a")
    once = Candidate(5, "d", "D", "d", used_by_me=NOW - timedelta(days=400))
    assert found("", never, once, often, teams, mine) == [1, 2, 3, 4, 5]


def test_the_customers_language_comes_first_and_others_last() -> None:
    german = Candidate(1, "a", "A", "a", lang="de")
    any_ = Candidate(2, "b", "B", "b")
    british = Candidate(3, "c", "C", "c", lang="en-gb")
    assert found("", german, any_, british, lang="en") == [3, 2, 1]
    assert found("", german, any_, british) == [1, 2, 3]


def test_faults_stand_at_their_fields_and_name_the_line() -> None:
    wrong = faults(shortcut="two words", title="", text="Hi\n{{ persn.name }}", lang="??")
    assert set(wrong) == {"shortcut", "title", "text", "lang"}
    assert wrong["text"].startswith("Line 2, character 1: There is no variable “persn.name”.")
    assert faults(shortcut="späti-1", title="T", text="Hi", lang="pt-br") == {}


def test_a_shortcut_is_small_letters_without_its_slash() -> None:
    assert clean_shortcut(" /Late-Train ") == "late-train"


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=20)
WORDS = st.text("abc-", min_size=1, max_size=6)
ROWS = st.builds(
    Row,
    shortcut=WORDS.map(lambda word: "x" + word),
    title=CELLS.filter(lambda cell: not cell.startswith("'")),
    text=CELLS.filter(lambda cell: not cell.startswith("'")),
    lang=st.sampled_from(["", "en", "pt-br"]),
    channel_kinds=st.lists(st.sampled_from(["mastodon", "feed"]), unique=True).map(tuple),
    team=st.sampled_from(["", "Night desk"]),
    shared=st.booleans(),
)


def without_places(rows: list[Row]) -> list[Row]:
    names = [name for name in Row.__struct_fields__ if name != "place"]
    return [Row(**{name: getattr(one, name) for name in names}) for one in rows]


@settings(deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=4))
def test_what_is_exported_can_be_brought_in_again(rows: list[Row]) -> None:
    assert without_places(read(as_json(rows).encode())) == rows
    assert without_places(read(as_csv(rows).encode())) == rows


def test_no_cell_of_a_spreadsheet_is_a_formula() -> None:
    assert ",'=1+1," in as_csv([Row("a", "=1+1", "t")])


def test_spreadsheets_with_semicolons_are_read_too() -> None:
    (row,) = read("\ufeffshortcut;title;text\nlate;Late;Sorry, we are late\n".encode())
    assert (row.shortcut, row.text, row.place) == ("late", "Sorry, we are late", "line 2")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"", "no canned response"),
        (b"[{]", "not JSON"),
        (b'{"shortcut": "a"}', "a list of objects"),
        (b'[{"shortcut": "a", "title": 1}]', "entry 1: “title” is missing"),
        (b"shortcut,title\na,b\n", "line 2: “text” is missing"),
        (b'shortcut,title,text\na,"b\n', "Line"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_file_that_is_something_else_is_refused_with_the_reason(raw: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(raw)
