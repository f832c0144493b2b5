"""Keys: the small facts of a post by which queries are filed, found and verified.

A key is a word, ``#tag``, ``@handle``, ``start*`` of a word, or ``field:value``. No two kinds can
be confused, because words hold letters, digits and apostrophes only.
"""

from collections.abc import Collection, Iterator

from cornbread.listening.domain.evaluation import MatchablePost, author_of, lang_of
from cornbread.listening.domain.query import (
    And,
    Field,
    Handle,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Tag,
    Term,
    Word,
)
from cornbread.listening.domain.text import (
    BREAK,
    handle_forms,
    is_unspaced,
    normalise,
    tag_words,
    tokens,
    units,
)


class PostKeys:
    """One reading of a post: its ``keys``, and its words in order for phrases.

    ``prefix_lengths`` says of which lengths the starts of words are wanted as keys.
    """

    __slots__ = ("_line", "_sequence", "keys")

    def __init__(self, post: MatchablePost, prefix_lengths: Collection[int] = ()) -> None:
        self._line: str | None = None
        self._sequence, names = _read(post.text)
        words = set(self._sequence)
        words.discard(BREAK)
        keys = words.union(names, _field_keys(post))
        for length in prefix_lengths:
            keys.update([f"{word[:length]}*" for word in words if len(word) >= length])
        if not post.text.isascii():
            keys.update([char for word in words if is_unspaced(word) for char in word])
        self.keys = keys

    @property
    def line(self) -> str:
        """The words in order, each between spaces; ``BREAK`` stands for a link or a handle."""
        if self._line is None:
            self._line = f" {' '.join(self._sequence)} "
        return self._line


def _read(text: str) -> tuple[list[str], list[str]]:
    """The words as phrases run over them, and the keys of tags and handles."""
    sequence: list[str] = []
    names: list[str] = []
    for token in tokens(text):
        if token[0] == "#":
            names.append(token)
            for word in tag_words(token[1:]):
                sequence.extend(units(word))
        elif token[0] == "@":
            names.extend([f"@{form}" for form in handle_forms(token[1:])])
            sequence.append(BREAK)
        elif token.isascii():
            sequence.append(token)
        else:
            sequence.extend(units(token))
    return sequence, names


def _field_keys(post: MatchablePost) -> Iterator[str]:
    if author := author_of(post):
        yield from (f"from:{form}" for form in handle_forms(author))
    if network := normalise(post.network):
        yield f"network:{network}"
    if lang := lang_of(post):
        parts = lang.split("-")
        yield from ("lang:" + "-".join(parts[: n + 1]) for n in range(len(parts)))


def sign_of(term: Term) -> str | list[str]:
    """What is in a post exactly when ``term`` holds of it: one key, or words that stand in a row
    (each of which is then a key as well)."""
    match term:
        case Word(text):
            row = units(text)
            return row if len(row) > 1 else text
        case Phrase(words):
            return [unit for word in words for unit in units(word)]
        case Prefix(text):
            return f"{text}*"
        case Tag(name):
            return f"#{name}"
        case Handle(name):
            return f"@{name}"
        case Field(name, value):
            return f"{name}:{value}"


def required_keys(query: Query) -> frozenset[str]:
    """Keys of which every post that matches has at least one, chosen to be rare.

    There always are such keys: the parser refuses queries that ask for nothing.
    """
    found = _required(query, wanted=True)
    return found or frozenset()


def _required(query: Query, *, wanted: bool) -> frozenset[str] | None:
    """As ``required_keys`` for ``query`` coming out as ``wanted``; None where there are none."""
    match query:
        case Not(part):
            return _required(part, wanted=not wanted)
        case And(parts) | Or(parts):
            options = [_required(part, wanted=wanted) for part in parts]
            known = [option for option in options if option is not None]
            if isinstance(query, And) is wanted:
                # All parts must come out so: the rarest of them will do.
                return min(known, key=_commonness, default=None)
            return frozenset().union(*known) if len(known) == len(options) else None
        case _:
            if not wanted:
                return None
            sign = sign_of(query)
            return frozenset({sign if isinstance(sign, str) else min(sign, key=_key_commonness)})


def _commonness(keys: frozenset[str]) -> float:
    return sum(map(_key_commonness, keys))


def _key_commonness(key: str) -> float:
    """A guess without statistics: long words are rare, and accounts and tags rarer still."""
    if key.startswith(("lang:", "network:")):
        return 100.0
    if key[0] in "#@" or key.startswith("from:"):
        return 0.01
    if not key.isascii():
        return 0.05
    return (2.0 if key[-1] == "*" else 1.0) / len(key) ** 2
