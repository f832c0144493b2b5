"""``NEAR/n``: what may stand beside it, how far it may reach, and how it is mistyped."""

import re

from lark import Token

from cornbread.listening.domain.query.errors import QueryError, fault
from cornbread.listening.domain.query.nodes import (
    Emoji,
    Exact,
    Near,
    Or,
    Phrase,
    Prefix,
    Query,
    Tag,
    Word,
)

MAX_WITHIN = 50
_USUAL = 5

_MISTYPED = re.compile(r"(?i:near)/(?P<far>[0-9]*)\S*|NEAR(?P<number>[0-9]*)|~(?P<slop>[0-9]+)")
_LONE_NUMBER = re.compile(r"\s*/\s*([0-9]{1,4})(?![^\s()\"])")


class HasNoPlace(Exception):
    """One side of the ``NEAR`` at ``operator`` is nothing that stands at a place in a text."""

    def __init__(self, operator: Token) -> None:
        super().__init__(operator)
        self.operator = operator


def joined_near(left: Query, operator: Token, right: Query) -> Near:
    """Both sides joined; raises ``HasNoPlace``."""
    if not (has_place(left) and has_place(right)):
        raise HasNoPlace(operator)
    return Near(left, right, int(operator.value))


def has_place(query: Query) -> bool:
    """Whether the query may stand beside ``NEAR``."""
    if isinstance(query, Or):
        return all(map(has_place, query.parts))
    return isinstance(query, Word | Exact | Emoji | Phrase | Prefix | Tag)


def read_within(query: str, token: Token) -> str:
    """The number of ``NEAR/number``, within its bounds."""
    digits = token.partition("/")[2].lstrip("0")
    within = int(digits[:5] or 0)
    start = token.start_pos or 0
    if not 1 <= within <= MAX_WITHIN:
        meant = f"NEAR/{MAX_WITHIN if within else 1}"
        message = f"NEAR reaches from 1 to {MAX_WITHIN} words. Did you mean {meant}?"
        raise fault(query, start, start + len(token), message, instead=meant)
    return str(within)


def mistyped(query: str, token: Token) -> QueryError | None:
    """What to say where ``token``, a word to the grammar, was meant as ``NEAR/n``."""
    found = _MISTYPED.fullmatch(token)
    if found is None:
        return None
    start = token.start_pos or 0
    end = start + len(token)
    digits = found["far"] or found["number"] or found["slop"] or ""
    if not digits and (apart := _LONE_NUMBER.match(query, end)):
        digits, end = apart[1], apart.end()
    within = min(max(int(digits[:4] or _USUAL), 1), MAX_WITHIN)
    message = (
        f"Nearness is written in capital letters with a number of words, as in NEAR/{within}. "
        "To search the word itself, write it in small letters."
    )
    return fault(query, start, end, message, instead=f"NEAR/{within}")


def no_place(query: str, operator: Token) -> QueryError:
    """NEAR stands beside something that is nowhere in the text."""
    return _instead_and(
        query,
        operator,
        "NEAR joins words, phrases, tags and emoji, or such in parentheses with OR between them.",
    )


def negated(query: str, operator: Token) -> QueryError:
    """NEAR is followed by NOT or a minus sign."""
    return _instead_and(query, operator, "What is left out has no place that NEAR could measure.")


def chained(query: str, operator: Token, before: list[Token]) -> QueryError:
    """A second NEAR directly after the right side of a first; ``before`` are the tokens there."""
    start = operator.start_pos or 0
    middle = query[_operand_start(before) : start].strip()
    message = "NEAR joins two terms. For a third, say AND and which of the two it is near."
    return fault(query, start, start + len(operator), message, instead=f"AND {middle} {operator}")


def _instead_and(query: str, operator: Token, message: str) -> QueryError:
    start = operator.start_pos or 0
    return fault(query, start, start + len(operator), message, instead="AND")


def _operand_start(before: list[Token]) -> int:
    """Where the term or parenthesis begins that ends with the last token."""
    depth = 0
    for token in reversed(before):
        depth += (token.type == "RPAR") - (token.type == "LPAR")
        if depth == 0:
            return token.start_pos or 0
    return 0
