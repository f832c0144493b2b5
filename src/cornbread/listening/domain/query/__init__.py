"""The query language of watches: ``parse`` and ``print_query``, and the tree between them.

The language is described in docs/query-language.md.
"""

from cornbread.listening.domain.query.errors import QueryError
from cornbread.listening.domain.query.grammar import GRAMMAR
from cornbread.listening.domain.query.nodes import (
    FIELDS,
    And,
    Field,
    FieldName,
    Handle,
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
from cornbread.listening.domain.query.parser import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, parse
from cornbread.listening.domain.query.printer import print_query

__all__ = [
    "FIELDS",
    "GRAMMAR",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TERMS",
    "And",
    "Field",
    "FieldName",
    "Handle",
    "Not",
    "Or",
    "Phrase",
    "Prefix",
    "Query",
    "QueryError",
    "Tag",
    "Term",
    "Word",
    "holds_of_nothing",
    "parse",
    "print_query",
]
