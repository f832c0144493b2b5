"""Tree to text. Parsing what is printed gives the same tree."""

from cornbread.listening.domain.query.nodes import (
    And,
    Emoji,
    Exact,
    Field,
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
)


def print_query(query: Query) -> str:
    """``query`` as a person would write it, with only the parentheses it needs."""
    match query:
        case Or(parts):
            return " OR ".join(print_query(part) for part in parts)
        case And(parts):
            return " AND ".join(_inside_and(part) for part in parts)
        case Not(part):
            return f"NOT {_inside_not(part)}"
        case Near(left, right, within):
            return f"{_beside_near(left)} NEAR/{within} {_beside_near(right)}"
        case _:
            return _print_term(query)


def _inside_and(part: Query) -> str:
    return f"({print_query(part)})" if isinstance(part, Or) else print_query(part)


def _inside_not(part: Query) -> str:
    return f"({print_query(part)})" if isinstance(part, And | Or) else print_query(part)


def _beside_near(side: Query) -> str:
    return f"({print_query(side)})" if isinstance(side, Or) else print_query(side)


def _print_term(term: Term) -> str:
    match term:
        case Word(text) | Emoji(text):
            return text
        case Exact(text):
            return f"={text}"
        case Phrase(words):
            return f'"{" ".join(words)}"'
        case Prefix(text):
            return f"{text}*"
        case Tag(name):
            return f"#{name}"
        case Handle(name):
            return f"@{name}"
        case Field(name, value):
            return f"{name}:{value}"
        case Followers(least):
            return f"followers>={least}"
