"""Text to tree: limits first, then the terms, then the grammar, each with its own kind of error."""

from itertools import count

from lark import Token
from lark.exceptions import UnexpectedToken

from cornbread.listening.domain.query import proximity
from cornbread.listening.domain.query.errors import QueryError, fault
from cornbread.listening.domain.query.grammar import TERMS, lark
from cornbread.listening.domain.query.nodes import (
    And,
    Not,
    Or,
    Query,
    Term,
    Word,
    holds_of_nothing,
)
from cornbread.listening.domain.query.terms import read_term

MAX_LENGTH = 4096
MAX_TERMS = 300
MAX_DEPTH = 30
_MOST_REPAIRS = 5

# Phones and word processors type these for the plain characters; one for one, so that positions
# in errors stay those of the text the person sees.
_PLAIN = str.maketrans(
    dict.fromkeys("“”„‟«»＂", '"') | {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
)


def plain(text: str) -> str:
    """The text with the plain characters in place of a phone's, each where it was."""
    return text.translate(_PLAIN)


def parse(text: str) -> Query:
    """The query that ``text`` says; raises ``QueryError`` with the place and the reason.

    A suggestion in the error is always a query that can be parsed.
    """
    try:
        return _parse(text)
    except QueryError as error:
        error.suggestion = _repaired(error.suggestion)
        raise


def _repaired(suggestion: str | None) -> str | None:
    """Follow suggestions until one holds: after one mistake there may be another."""
    for _ in range(_MOST_REPAIRS):
        if not suggestion:
            break
        try:
            _parse(suggestion)
        except QueryError as error:
            suggestion = error.suggestion
        else:
            return suggestion
    return None


def _parse(text: str) -> Query:
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"This query has {len(text)} characters; the most is {MAX_LENGTH}. "
            "Please split it into several watches.",
            position=MAX_LENGTH,
            length=len(text) - MAX_LENGTH,
        )
    tokens = list(lark().lex(plain(text)))
    if not tokens:
        raise QueryError(
            "Please write what to listen for, for instance a name in quotation marks.",
            position=0,
            length=len(text),
        )
    _check_size(text, tokens)
    query = _build(text, tokens)
    if holds_of_nothing(query):
        raise QueryError(
            "This only says what to leave out, so it would catch the whole world. "
            "Please add something to listen for.",
            position=0,
            length=len(text),
        )
    return query


def _check_size(text: str, tokens: list[Token]) -> None:
    """Refuse what later steps, which recurse over the tree, could not carry."""
    opened: list[int] = []
    terms = depth = negations = 0
    for token in tokens:
        if token.type in ("NOT", "MINUS"):
            negations += 1
        elif token.type == "LPAR":
            opened.append(negations + 1)
            depth += opened[-1]
            negations = 0
        elif token.type == "RPAR":
            depth -= opened.pop() if opened else 0
        elif token.type in TERMS:
            terms += 1
            negations = 0
        if depth + negations > MAX_DEPTH:
            raise _at(text, token, f"Parentheses and NOTs may be at most {MAX_DEPTH} deep.")
        if terms > MAX_TERMS:
            raise _at(text, token, f"A query may have at most {MAX_TERMS} terms.")


#: The trees of sequences of kinds of tokens, with words numbering the terms in place of these:
#: the grammar looks at nothing else of a token, but for NEAR.
_shapes: dict[tuple[str, ...], Query] = {}
_MOST_SHAPES = 2000
_LONGEST_SHAPE = 24


def _build(text: str, tokens: list[Token]) -> Query:
    """The tree, of a known shape where there is one: many queries are built alike."""
    kinds = tuple([token.type for token in tokens])
    shape = _shapes.get(kinds)
    if shape is not None:
        return _filled(shape, [read_term(text, token) for token in tokens if token.type in TERMS])
    query = _parsed(text, tokens)
    if len(kinds) <= _LONGEST_SHAPE and len(_shapes) < _MOST_SHAPES and "NEAR" not in kinds:
        _shapes[kinds] = _shape(tokens)
    return query


def _shape(tokens: list[Token]) -> Query:
    parser, number = lark().parse_interactive(""), count()
    for token in tokens:
        value: object = Word(str(next(number))) if token.type in TERMS else token
        parser.feed_token(Token.new_borrow_pos(token.type, value, token))
    shape: Query = parser.feed_token(Token.new_borrow_pos("$END", "", tokens[-1]))
    return shape


def _filled(shape: Query, terms: list[Term]) -> Query:
    match shape:
        case Word(number):
            return terms[int(number)]
        case And(parts):
            return And(tuple([_filled(part, terms) for part in parts]))
        case Or(parts):
            return Or(tuple([_filled(part, terms) for part in parts]))
        case Not(part):
            return Not(_filled(part, terms))
    raise TypeError(shape)


def _parsed(text: str, tokens: list[Token]) -> Query:
    parser = lark().parse_interactive("")
    try:
        for token in tokens:
            if token.type in TERMS:
                node = read_term(text, token)
                parser.feed_token(Token.new_borrow_pos(token.type, node, token))
            elif token.type == "NEAR":
                within = proximity.read_within(text, token)
                parser.feed_token(Token.new_borrow_pos(token.type, within, token))
            else:
                parser.feed_token(token)
        query: Query = parser.feed_token(Token.new_borrow_pos("$END", "", tokens[-1]))
    except UnexpectedToken as unexpected:
        raise _explain(text, tokens, unexpected.token) from None
    except proximity.HasNoPlace as misplaced:
        operator, _ = _split_at(tokens, misplaced.operator)
        raise proximity.no_place(text, operator) from None
    return query


def _explain(text: str, tokens: list[Token], at: Token) -> QueryError:
    """The sentence for what the grammar refused at ``at`` (the end of input is ``$END``)."""
    before = [token for token in tokens if at.type == "$END" or _start(token) < _start(at)]
    last = before[-1] if before else None
    if last is not None and last.type == "NEAR" and at.type in ("NOT", "MINUS"):
        return proximity.negated(text, last)
    if last is not None and last.type in ("AND", "OR", "NOT", "MINUS", "NEAR"):
        return _dangling(text, last)
    if at.type == "NEAR" and last is not None and last.type != "LPAR":
        return proximity.chained(text, *_split_at(tokens, at))
    if at.type in ("AND", "OR", "NEAR"):
        at, _ = _split_at(tokens, at)
        message = f"{at} needs something to its left."
        return fault(text, _start(at), _start(at) + len(at), message, instead="")
    if at.type == "RPAR":
        if last is not None and last.type == "LPAR":
            return fault(
                text, _start(last), _start(at) + 1, "These parentheses are empty.", instead=""
            )
        return fault(
            text, _start(at), _start(at) + 1, "There is no opening parenthesis for this.",
            instead="",
        )  # fmt: skip
    return _never_closed(text, before)


def _split_at(tokens: list[Token], at: Token) -> tuple[Token, list[Token]]:
    """The token as it was written where ``at`` stands, and those before it."""
    index = next(i for i, token in enumerate(tokens) if _start(token) == _start(at))
    return tokens[index], tokens[:index]


def _dangling(text: str, operator: Token) -> QueryError:
    start = _start(operator)
    word = "The minus sign" if operator.type == "MINUS" else str(operator)
    message = f"{word} needs something to its right."
    if operator.type == "NOT":
        message = "NOT needs something to its right that it leaves out."
    return fault(text, start, start + len(operator), message, instead="")


def _never_closed(text: str, tokens: list[Token]) -> QueryError:
    opened: list[Token] = []
    for token in tokens:
        if token.type == "LPAR":
            opened.append(token)
        elif token.type == "RPAR" and opened:
            opened.pop()
    at = _start(opened[-1])
    problem = fault(text, at, at + 1, "This parenthesis is never closed.")
    problem.suggestion = text.rstrip() + ")" * len(opened)
    return problem


def _start(token: Token) -> int:
    return token.start_pos or 0


def _at(text: str, token: Token, message: str) -> QueryError:
    return fault(text, _start(token), _start(token) + len(token), message)
