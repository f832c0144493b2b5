"""The compiled form: the words that are asked for, found in a text without an object for each.

Compiled together with ``reading.py``, ``pages.py`` and ``engine.py``.
"""

from array import array
from collections.abc import Mapping

#: Classes of ASCII characters: of words, white space, and those that need care.
WORD, SPACE, CARE = 1, 2, 3
DOT, W = ord("."), ord("w")
_ALPHABET = set(range(48, 58)) | set(range(97, 123))
CLASSES = bytes(
    WORD if c in _ALPHABET else SPACE if chr(c).isspace() else CARE if chr(c) in "'#@:" else 0
    for c in range(128)
)
#: The hash of a word (FNV-1a, 32 bits).
BASIS, PRIME, BITS = 0x811C9DC5, 0x01000193, 0xFFFFFFFF


class Words:
    """The numbers of the ASCII words that are asked for, found by their characters."""

    __slots__ = ("ends", "mask", "numbers", "slots", "store")

    def __init__(self, ids: Mapping[str, int]) -> None:
        known = [one for one in tuple(ids.items()) if one[0].isascii() and one[0].isalnum()]
        size = 16
        while size < 2 * len(known):
            size *= 2
        self.mask = size - 1
        self.slots = array("i", bytes(4 * size))
        self.ends = array("i", bytes(4 * (len(known) + 1)))
        self.numbers = array("i", [0, *(number for _, number in known)])
        self.store = "".join([word for word, _ in known]).encode("ascii")
        end = 0
        for at, (word, _) in enumerate(known, 1):
            begin, end = end, end + len(word)
            self.ends[at] = end
            slot = self.hash(self.store, begin, end) & self.mask
            while self.slots[slot]:
                slot = (slot + 1) & self.mask
            self.slots[slot] = at

    def hash(self, data: bytes, begin: int, end: int) -> int:
        """Of the characters from ``begin`` to ``end``."""
        mixed = BASIS
        for at in range(begin, end):
            mixed = ((mixed ^ data[at]) * PRIME) & BITS
        return mixed

    def find(self, data: bytes, begin: int, end: int) -> int:
        """The number of the word in ``data`` from ``begin`` to ``end``; 0 if nobody asks for it."""
        slot = self.hash(data, begin, end) & self.mask
        while self.slots[slot]:
            at = self.slots[slot]
            first = self.ends[at - 1]
            if self.ends[at] - first == end - begin:
                same = 0
                while same < end - begin and self.store[first + same] == data[begin + same]:
                    same += 1
                if same == end - begin:
                    return self.numbers[at]
            slot = (slot + 1) & self.mask
        return 0
