"""A quick look at a text that tells most posts which a query cannot match, without reading them.

Reading a post into words costs far more than looking for a few letters in it.
"""

from collections.abc import Callable

from cornbread.listening.domain.keys import required_keys
from cornbread.listening.domain.query import FIELDS, Query

_FIELDS = tuple(f"{name}:" for name in FIELDS)


def sieve(query: Query) -> Callable[[str], bool]:
    """A function of a post's text that is True of every post that matches, and of some others."""
    keys = required_keys(query)
    if any(key.startswith(_FIELDS) for key in keys):
        return lambda text: True
    needles = [key.rstrip("*") for key in keys]

    def may_match(text: str) -> bool:
        # Beyond ASCII, words may be written in other letters than those they are compared by.
        if not text.isascii():
            return True
        lowered = text.lower()
        return any(needle in lowered for needle in needles)

    return may_match
