"""Variables of canned responses and signatures: ``{{ person.first_name | there }}``.

There is a fixed set of them and no logic. Reading a text never fails and printing gives back
exactly what was read; what is wrong with it is told apart, with its place.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple

import msgspec


class Known(NamedTuple):
    """A variable: what it is called where people read it, and what it gives for a sample."""

    label: str
    sample: str


VARIABLES: Mapping[str, Known] = {
    "person.name": Known("the customer’s name", "Mara Lind"),
    "person.first_name": Known("the customer’s first name", "Mara"),
    "person.handle": Known("the customer’s handle", "@mara"),
    "member.first_name": Known("your first name", "Ana"),
    "brand.name": Known("the brand’s name", "Red Kite Rail"),
    "channel.name": Known("the channel’s name", "Red Kite on Mastodon"),
    "conversation.link": Known("the link to the customer’s post", "https://kite.example/@mara/17"),
    "today": Known("today’s date", "4 May 2026"),
}
#: What a signature may name: it stands below texts for anybody.
OF_SIGNATURES = frozenset({"member.first_name", "brand.name", "channel.name"})

_WRITTEN = re.compile(r"\{\{([^{}|\n]*)(\|[^{}\n]*)?\}\}")
_MARK = re.compile(r"\{\{|\}\}")


class Words(msgspec.Struct, frozen=True):
    """A piece of text that is said as it stands; ``start`` counts characters."""

    raw: str
    start: int


class Variable(msgspec.Struct, frozen=True):
    """A variable as it was written. ``default`` is None where nothing stands after a bar."""

    raw: str
    start: int
    name: str
    default: str | None


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a text, from ``start`` up to ``end`` in characters."""

    message: str
    start: int
    end: int
    suggestion: str = ""


Part = Words | Variable


def parse(text: str) -> tuple[Part, ...]:
    """The text in pieces; whatever is no variable is words."""
    parts: list[Part] = []
    end = 0
    for found in _WRITTEN.finditer(text):
        if found.start() > end:
            parts.append(Words(text[end : found.start()], end))
        default = found[2][1:].strip() if found[2] is not None else None
        parts.append(Variable(found[0], found.start(), found[1].strip(), default))
        end = found.end()
    if end < len(text):
        parts.append(Words(text[end:], end))
    return tuple(parts)


def printed(parts: Iterable[Part]) -> str:
    """The text that was read."""
    return "".join(part.raw for part in parts)


def problems(text: str, *, allowed: Iterable[str] = VARIABLES) -> list[Problem]:
    """Variables that do not exist and marks that belong to none, in the order of the text."""
    names = list(allowed)
    found: list[Problem] = []
    for part in parse(text):
        end = part.start + len(part.raw)
        if isinstance(part, Words):
            found += [
                _stray(part.start + mark.start(), mark[0]) for mark in _MARK.finditer(part.raw)
            ]
        elif part.name not in names:
            found.append(_unknown(part, end, names))
    return found


def _stray(start: int, mark: str) -> Problem:
    other = "}}" if mark == "{{" else "{{"
    return Problem(f"This {mark} has no {other} on its line.", start, start + 2)


def _unknown(part: Variable, end: int, names: list[str]) -> Problem:
    if not part.name:
        return Problem("There is nothing between {{ and }}.", part.start, end)
    if part.name in VARIABLES:
        message = f"“{part.name}” cannot be used here."
        return Problem(message, part.start, end)
    near = get_close_matches(part.name, names, n=1, cutoff=0.5)
    said = f" Did you mean “{near[0]}”?" if near else ""
    message = f"There is no variable “{part.name}”.{said}"
    return Problem(message, part.start, end, near[0] if near else "")


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with values in place of variables.

    Where there is neither value nor default a gap stands, which ``placeholders`` keeps from
    being sent until somebody fills it in.
    """
    return "".join(_said(part, values) for part in parse(text))


def _said(part: Part, values: Mapping[str, str]) -> str:
    if isinstance(part, Words):
        return part.raw
    value = values.get(part.name, "").strip()
    return value or part.default or gap(part.name)


def gap(name: str) -> str:
    """What stands where a value is missing: plain to see, and never sent."""
    words = VARIABLES[name].label if name in VARIABLES else name
    return "{{ " + words + "? }}"


def first_name(name: str) -> str:
    """The first word of a person's name; nothing where the name is a handle or has no letters."""
    words = name.strip().split()
    first = words[0].strip('.,;:!?()[]{}"“”') if words else ""
    if first.startswith("@") or not any(letter.isalpha() for letter in first):
        return ""
    return first


def with_variables(text: str, values: Mapping[str, str]) -> str:
    """A sent text made fit for others: names become variables, longest first; the addressing
    at its beginning goes.
    """
    text = re.sub(r"^(?:\.?@[\w.-]+(?:@[\w.-]+)?\s+)+", "", text)
    known = {value: name for name, value in values.items() if len(value) > 1}
    if not known:
        return text
    longest = sorted(known, key=len, reverse=True)
    names = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, longest)) + r")(?!\w)")
    return names.sub(lambda one: "{{ " + known[one[1]] + " }}", text)
