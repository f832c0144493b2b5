"""Which part of a query is what, to show it in colours; faulty queries have parts too."""

import re
from dataclasses import dataclass

from lark import Token

from cornbread.listening.domain.emoji import emoji_apart
from cornbread.listening.domain.query.grammar import lark
from cornbread.listening.domain.query.parser import plain

KINDS = {
    "AND": "operator",
    "OR": "operator",
    "NOT": "operator",
    "NEAR": "operator",
    "MINUS": "operator",
    "LPAR": "group",
    "RPAR": "group",
    "PHRASE": "phrase",
    "FIELD": "field",
    "COMPARISON": "field",
    "TAG": "tag",
    "HANDLE": "handle",
    "PREFIX": "word",
    "WORD": "word",
    "EXACT": "exact",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a query; ``kind`` is empty for the space between terms."""

    text: str
    kind: str = ""


def _kind(token: Token) -> str:
    is_emoji = token.type == "WORD" and emoji_apart(token)[0] == ""
    return "emoji" if is_emoji else KINDS[token.type]


def parts(query: str) -> tuple[Part, ...]:
    """The query in order, part by part; joined they are the query."""
    found: list[Part] = []
    at = 0
    for token in lark().lex(plain(query)):
        start = token.start_pos or 0
        end = start + len(token)
        found += [Part(query[at:start]), Part(query[start:end], _kind(token))]
        at = end
    found.append(Part(query[at:]))
    return tuple(part for part in found if part.text)


def patterns() -> tuple[tuple[str, str], ...]:
    """The terminals of the grammar for a browser, which colours while somebody types: the kind
    of each and its pattern, the first that fits being the one meant."""
    terminals = sorted(lark().terminals, key=lambda terminal: -terminal.priority)
    return tuple(
        (KINDS[terminal.name], _ANY_CASE.sub(_each_case, terminal.pattern.to_regexp()))
        for terminal in terminals
        if terminal.name in KINDS
    )


_ANY_CASE = re.compile(r"\(\?i:(\w+)(\?\))")


def _each_case(found: re.Match[str]) -> str:
    """Patterns of some browsers cannot say that capital letters do not matter."""
    letters = [f"[{letter}{letter.upper()}]" for letter in found[1]]
    return f"(?:{''.join(letters)}{found[2]}"
