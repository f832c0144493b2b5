"""docs/automation.md names everything that rules know, and its examples are taken as they are."""

import json
import re

from cornbread.automation.domain.conditions import read_when, stored
from cornbread.automation.domain.fields import FIELDS, OPERATORS
from cornbread.automation.domain.steps import ASKS, WORDS, read_steps
from cornbread.automation.domain.triggers import Trigger
from tests.docs.pages import DOCS

PAGE = (DOCS / "automation.md").read_text()


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, as cells without their backticks."""
    below = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`.*) \|$", below, re.MULTILINE)
    return [[cell.strip().strip("`") for cell in row.split("|")] for row in rows]


def example(name: str) -> object:
    """A JSON example by the word behind ``json``."""
    found = re.search(rf"^```json {name}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_every_trigger_is_named() -> None:
    assert [row[0] for row in table("When")] == list(Trigger)


def test_every_field_is_named_with_its_kind() -> None:
    named = {row[0]: row[1] for row in table("If")}
    assert named == {field.name: field.kind for field in FIELDS.values()}


def test_every_operator_is_named() -> None:
    for kind, operators in OPERATORS.items():
        row = re.search(rf"^\| {kind} \| (.*) \|$", PAGE, re.MULTILINE)
        assert row is not None, kind
        assert re.findall(r"`(\w+)`", row[1]) == list(operators)


def test_every_step_is_named_with_what_it_asks() -> None:
    named = {row[0]: row[1] for row in table("Then")}
    assert set(named) == set(WORDS)
    for kind, asked in ASKS.items():
        assert asked in named[kind]


def test_the_examples_are_taken_as_they_are() -> None:
    when = example("when")
    assert json.loads(json.dumps(stored(read_when(when)))) == when
    assert len(read_steps(example("steps"))) == 3
    assert example("message")
