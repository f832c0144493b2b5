"""The query language of watches: ``parse`` and ``print_query``, and the tree between them.

The language is described in docs/query-language.md.
"""

from cornbread.listening.domain.query.cost import Cost, cost
from cornbread.listening.domain.query.errors import QueryError
from cornbread.listening.domain.query.grammar import GRAMMAR
from cornbread.listening.domain.query.nodes import (
    FIELDS,
    And,
    Emoji,
    Exact,
    Field,
    FieldName,
    Followers,
    Handle,
    Near,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Tag,
    Term,
    Word,
    holds_of_nothing,
)
from cornbread.listening.domain.query.normal import leaves, normal_form
from cornbread.listening.domain.query.parser import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, parse
from cornbread.listening.domain.query.printer import print_query
from cornbread.listening.domain.query.proximity import MAX_WITHIN

__all__ = [
    "FIELDS",
    "GRAMMAR",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TERMS",
    "MAX_WITHIN",
    "And",
    "Cost",
    "Emoji",
    "Exact",
    "Field",
    "FieldName",
    "Followers",
    "Handle",
    "Near",
    "Not",
    "Or",
    "Phrase",
    "Prefix",
    "Query",
    "QueryError",
    "Tag",
    "Term",
    "Word",
    "cost",
    "holds_of_nothing",
    "leaves",
    "normal_form",
    "parse",
    "print_query",
]
