"""The compiled form: what was found, given out post by post without sorting.

Compiled together with ``reading.py``, ``words.py``, ``pages.py`` and ``engine.py``.
"""

from array import array

from cornbread.listening.domain.matching.reading import Numbers

#: 64 bits, one of them, and what finds the place of a single bit (a de Bruijn sequence).
ALL, ONE, SEQUENCE = 0xFFFFFFFFFFFFFFFF, 1, 0x03F79D71B4CB0A89
PLACES = bytes(
    next(place for place in range(64) if ((SEQUENCE << place) & ALL) >> 58 == turn)
    for turn in range(64)
)


class Hits:
    """Posts with numbers of watches that match them, in any order and any number of times.

    They are given out by way of a bit for each watch, so that each comes once and in order; a bit
    of ``tops`` tells whether any of 64 such words has one.
    """

    __slots__ = ("bits", "count", "ends", "numbers", "order", "posts", "room", "tops", "width")

    def __init__(self, posts: int) -> None:
        self.count = 0
        self.room = 1024
        self.width = 0
        self.posts = array("i", bytes(4 * self.room))
        self.order = array("i", bytes(4 * self.room))
        self.ends = array("i", bytes(4 * (posts + 1)))
        self.numbers: list[Numbers] = []
        self.bits = array("Q")
        self.tops = array("Q")

    def add(self, post: int, numbers: Numbers) -> None:
        """A post matches these."""
        if self.count == self.room:
            self.posts = array("i", bytes(self.posts) + bytes(4 * self.room))
            self.order = array("i", bytes(8 * self.room))
            self.room *= 2
        self.posts[self.count] = post
        self.count += 1
        self.numbers.append(numbers)

    def by_post(self, number: int, watches: list[int]) -> list[list[int]]:
        """The ids for each of so many posts, in the order of their numbers; and begin anew."""
        if self.width << 12 <= len(watches):
            self.width = (len(watches) >> 12) + 1
            self.bits = array("Q", bytes(8 * 64 * self.width))
            self.tops = array("Q", bytes(8 * self.width))
        self.turn(number)
        found: list[list[int]] = []
        begin = 0
        for post in range(number):
            end = self.ends[post]
            for at in range(begin, end):
                self.mark(self.numbers[self.order[at]])
            found.append(self.marked(watches) if begin < end else [])
            begin = end
        self.numbers = []
        self.count = 0
        return found

    def turn(self, number: int) -> None:
        """Put the hits in the order of their posts."""
        for post in range(number):
            self.ends[post] = 0
        for at in range(self.count):
            self.ends[self.posts[at]] += 1
        place = 0
        for post in range(number):
            place += self.ends[post]
            self.ends[post] = place - self.ends[post]
        for at in range(self.count):
            post = self.posts[at]
            self.order[self.ends[post]] = at
            self.ends[post] += 1

    def mark(self, numbers: Numbers) -> None:
        """Set the bits of some watches."""
        if isinstance(numbers, int):
            self.mark_one(numbers)
        else:
            several = numbers
            for at in range(len(several)):
                self.mark_one(ord(several[at]))

    def mark_one(self, number: int) -> None:
        """Set the bit of a watch."""
        word = number >> 6
        self.bits[word] |= ONE << (number & 63)
        self.tops[word >> 6] |= ONE << (word & 63)

    def marked(self, watches: list[int]) -> list[int]:
        """The ids whose bits are set; and clear them."""
        ids: list[int] = []
        places = PLACES
        for top in range(self.width):
            words = self.tops[top]
            self.tops[top] = 0
            while words:
                word = (top << 6) + places[(((words & -words) * SEQUENCE) & ALL) >> 58]
                words &= words - 1
                bits = self.bits[word]
                self.bits[word] = 0
                while bits:
                    number = (word << 6) + places[(((bits & -bits) * SEQUENCE) & ALL) >> 58]
                    bits &= bits - 1
                    ids.append(watches[number])
        return ids
