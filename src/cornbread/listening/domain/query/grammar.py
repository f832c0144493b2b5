"""The grammar of the query language, and the parser lark makes of it (LALR, so no recursion)."""

from functools import cache
from typing import Any

from lark import Lark, Token, Transformer

from cornbread.listening.domain.query.nodes import Not, Query, all_of, any_of
from cornbread.listening.domain.query.proximity import joined_near

GRAMMAR = r"""
start: either
either: both (OR both)*
both: single (AND? single)*
single: NOT single           -> negated
      | MINUS single         -> negated
      | operand NEAR operand -> near
      | operand              -> group
operand: "(" either ")"      -> group
       | term                -> group
term: WORD | EXACT | PREFIX | PHRASE | TAG | HANDLE | FIELD | COMPARISON

AND.9: /AND(?![^\s()"])/
OR.9: /OR(?![^\s()"])/
NOT.9: /NOT(?![^\s()"])/
NEAR.9: /NEAR\/[0-9]+(?![^\s()"])/
MINUS.9: /[-\u2013\u2014\u2212](?=[^\s)])/
PHRASE.8: /"[^"]*"?/
COMPARISON.8: /(?i:followers?):?(?:\s*[<>=\u2264\u2265]+\s*(?=[0-9])|[<>=\u2264\u2265]+)[^\s()"]*/
FIELD.7: /[A-Za-z_]+:[^\s()"]*/
TAG.6: /#[^\s()"]+/
HANDLE.6: /@[^\s()"]+/
EXACT.6: /=[^\s()"]+/
PREFIX.5: /[^\s()"]*\*(?![^\s()"])/
WORD.1: /[^\s()"]+/

%ignore /\s+/
"""

TERMS = frozenset({"WORD", "EXACT", "PREFIX", "PHRASE", "TAG", "HANDLE", "FIELD", "COMPARISON"})


class _Build(Transformer[Token, Query]):
    """Builds the tree while parsing. A term's token carries its finished node (see ``parser``)."""

    def start(self, children: list[Query]) -> Query:
        return children[0]

    def either(self, children: list[Any]) -> Query:
        return any_of([child for child in children if not isinstance(child, Token)])

    def both(self, children: list[Any]) -> Query:
        return all_of([child for child in children if not isinstance(child, Token)])

    def negated(self, children: list[Any]) -> Query:
        return Not(children[1])

    def near(self, children: list[Any]) -> Query:
        left, operator, right = children
        return joined_near(left, operator, right)

    def group(self, children: list[Query]) -> Query:
        return children[0]

    def term(self, children: list[Any]) -> Query:
        node: Query = children[0].value
        return node


@cache
def lark() -> Lark:
    """The one parser, made at first use."""
    made = Lark(GRAMMAR, parser="lalr", lexer="basic", transformer=_Build())
    # Lark.lex makes a lexer for each text unless there is one.
    made.lexer = made.parser.lexer
    return made
