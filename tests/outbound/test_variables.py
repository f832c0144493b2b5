"""Variables in canned responses: read, printed, judged and filled in."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.outbound.domain.findings import Severity
from cornbread.outbound.domain.placeholders import find_placeholders
from cornbread.outbound.domain.signing_off import fault_of_signature, signed
from cornbread.outbound.domain.variables import (
    OF_SIGNATURES,
    VARIABLES,
    Variable,
    filled,
    first_name,
    gap,
    parse,
    printed,
    problems,
    with_variables,
)

#: Texts in which marks, bars and names meet in every way.
PIECES = st.sampled_from(["{", "}", "{{", "}}", "|", " ", "\n", "é", "👋🏽", *VARIABLES, "there"])
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=25).map("".join)
NAMES = st.sampled_from(sorted(VARIABLES))


@given(TEXTS)
def test_printing_what_was_read_gives_the_text_back(text: str) -> None:
    parts = parse(text)
    assert printed(parts) == text
    assert [part.start for part in parts] == [text.index(p.raw, p.start) for p in parts]


@given(NAMES, st.text(alphabet=st.characters(exclude_characters="{}\n|")))
def test_every_known_variable_with_any_default_is_no_problem(name: str, default: str) -> None:
    text = "{{ " + name + " |" + default + "}}"
    assert parse(text) == (Variable(text, 0, name, default.strip()),)
    assert not problems(text)


@given(TEXTS)
def test_a_text_without_problems_leaves_no_variable_behind(text: str) -> None:
    if problems(text):
        return
    everything = dict.fromkeys(VARIABLES, "x")
    assert "{{" not in filled(text, everything)


@given(TEXTS)
def test_what_lacks_a_value_is_never_an_empty_hole_and_never_sent(text: str) -> None:
    bare = [one for one in parse(text) if isinstance(one, Variable) and not one.default]
    if problems(text) or not bare:
        return
    blocked = [one for one in find_placeholders(filled(text, {})) if one.code == "gap"]
    assert len(blocked) >= len(bare)
    assert all(one.severity is Severity.BLOCK for one in blocked)


def test_a_value_comes_before_the_default_and_the_default_before_a_gap() -> None:
    text = "Hello {{ person.first_name | there }}, {{person.first_name}}!"
    assert filled(text, {"person.first_name": "Mara"}) == "Hello Mara, Mara!"
    assert filled(text, {"person.first_name": " "}) == (
        "Hello there, {{ the customer’s first name? }}!"
    )


def test_a_value_is_never_read_as_a_variable_itself() -> None:
    assert filled("{{person.name}}", {"person.name": "{{ brand.name }}"}) == "{{ brand.name }}"


@pytest.mark.parametrize(
    ("text", "start", "end", "said"),
    [
        ("Hi {{ person.fist_name }}", 3, 25, "Did you mean “person.first_name”?"),
        ("{{ weather | fine }}", 0, 20, "There is no variable “weather”."),
        ("Hi {{ }}", 3, 8, "nothing between"),
        ("Hi {{ person.name", 3, 5, "has no }}"),
        ("Hi person.name }}", 15, 17, "has no {{"),
        ("{{ person\n.name }}", 0, 2, "has no }}"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, start: int, end: int, said: str) -> None:
    first = problems(text)[0]
    assert (first.start, first.end) == (start, end)
    assert said in first.message


def test_a_gap_blocks_even_in_code_and_says_what_to_fill_in() -> None:
    found = find_placeholders(f"Type `{gap('person.name')}` there.")
    assert [(one.code, one.message) for one in found] == [
        ("gap", "Fill in the gap: the customer’s name.")
    ]
    assert (found[0].start, found[0].end) == (6, 6 + len(gap("person.name")))


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Mara Lind", "Mara"),
        ("  李 小龙", "李"),
        ("@mara", ""),
        ("", ""),
        ("1234", ""),
        ("Åsa, MD", "Åsa"),
    ],
)
def test_first_names(name: str, first: str) -> None:
    assert first_name(name) == first


def test_a_sent_text_is_made_fit_for_others() -> None:
    values = {"person.first_name": "Mara", "person.name": "Mara Lind", "member.first_name": "Al"}
    text = "@mara@kite.example Dear Mara Lind, Mara, Also Al"
    wanted = "Dear {{ person.name }}, {{ person.first_name }}, Also {{ member.first_name }}"
    assert with_variables(text, values) == wanted
    assert with_variables("Hi @mara", {}) == "Hi @mara"


class TestSignatures:
    VALUES = dict.fromkeys(OF_SIGNATURES, "Ana")

    def test_a_text_is_signed_once(self) -> None:
        once = signed("On its way.", "^{{ member.first_name }}", self.VALUES)
        assert once == "On its way.\n\n^Ana"
        assert signed(once, "^{{ member.first_name }}", self.VALUES) == once

    @pytest.mark.parametrize("text", ["", "  \n", "@mara"])
    def test_nothing_said_is_not_signed(self, text: str) -> None:
        assert signed(text, "^Ana", {}) == text.rstrip()

    def test_names_of_customers_do_not_belong_into_it(self) -> None:
        assert "cannot be used here" in fault_of_signature("{{ person.name }}", on=True)
        assert fault_of_signature("", on=True)
        assert not fault_of_signature("", on=False)
        assert fault_of_signature("a" * 301, on=True)
        assert not re.search("{{", fault_of_signature("{{ brand.name }}", on=True))
