"""Which part of a query is what, to show it in colours; faulty queries have parts too."""

from dataclasses import dataclass

from cornbread.listening.domain.query.grammar import lark
from cornbread.listening.domain.query.parser import plain

KINDS = {
    "AND": "operator",
    "OR": "operator",
    "NOT": "operator",
    "MINUS": "operator",
    "LPAR": "group",
    "RPAR": "group",
    "PHRASE": "phrase",
    "FIELD": "field",
    "TAG": "tag",
    "HANDLE": "handle",
    "PREFIX": "word",
    "WORD": "word",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a query; ``kind`` is empty for the space between terms."""

    text: str
    kind: str = ""


def parts(query: str) -> tuple[Part, ...]:
    """The query in order, part by part; joined they are the query."""
    found: list[Part] = []
    at = 0
    for token in lark().lex(plain(query)):
        start = token.start_pos or 0
        end = start + len(token)
        found += [Part(query[at:start]), Part(query[start:end], KINDS[token.type])]
        at = end
    found.append(Part(query[at:]))
    return tuple(part for part in found if part.text)
