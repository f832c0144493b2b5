"""The compiled form: many posts as numbers in rows, which is how C reads and intersects them.

Compiled with the other parts; as plain Python it does the same, slowly, for the tests.
"""

# ruff: noqa: SIM110  (loops that become C)

from array import array
from collections.abc import Sequence
from itertools import islice

from cornbread.listening.domain.matchable import MatchablePost
from cornbread.listening.domain.matching.hits import Hits
from cornbread.listening.domain.matching.reading import Leaf, Numbers
from cornbread.listening.domain.matching.remembering import Remembered
from cornbread.listening.domain.matching.words import CARE, CLASSES, DOT, SPACE, WORD, W, Words

#: Pages are of so many posts, or end with the post by which they have so many words.
MOST_ON_PAGES = 4096
MOST_WORDS = 200_000
#: So many times more posts of one key than of another are not gone through one by one.
FAR_MORE = 16
#: They begin with room for so many words.
ROOM = 1024


class Pages:
    """Some posts: each one's keys and words in order, and for each key its posts, ascending.

    Used for one batch after the other, by one thread at a time. ``at`` is the post that is asked
    about, ``both`` (as far as ``chosen``) those that are chosen by their keys.
    """

    __slots__ = (
        "at", "both", "chosen", "count", "counts", "distinct", "hits", "key_ends", "met", "now",
        "number", "order", "owners", "posts", "remembered", "room", "rounds", "size", "stamps",
        "starts", "texts", "touched", "turns", "unique", "word_ends", "words_known",
    )  # fmt: skip

    def __init__(self, remembered: Remembered) -> None:
        self.remembered = remembered
        if remembered.words is None and remembered.plain_words:
            remembered.words = Words(remembered.vocabulary.ids)
        self.words_known: Words | None = remembered.words
        self.texts: list[str] = []
        self.posts: list[MatchablePost] | None = None
        self.size = size = remembered.size
        self.at = self.now = self.number = self.chosen = self.met = 0
        self.count = self.distinct = self.turns = 0
        self.hits = Hits(MOST_ON_PAGES)
        self.stamps, self.counts = array("q", bytes(8 * size)), array("i", bytes(4 * size))
        self.starts, self.touched = array("i", bytes(4 * size)), array("i", bytes(4 * size))
        most = MOST_ON_PAGES
        self.key_ends, self.word_ends = array("i", [0] * (most + 1)), array("i", [0] * (most + 1))
        self.rounds, self.both = array("q", [0] * most), array("i", [0] * most)
        self.room = ROOM
        self.order, self.unique = array("i", bytes(4 * ROOM)), array("i", bytes(4 * ROOM))
        self.owners = array("i", bytes(4 * ROOM))

    # -- reading ---------------------------------------------------------------------------------

    def read(self, texts: Sequence[str], posts: Sequence[MatchablePost] | None, begin: int) -> int:
        """Take in the posts from ``begin`` on, and say how many that were."""
        remembered = self.remembered
        self.texts = list(islice(texts, begin, begin + MOST_ON_PAGES))
        self.posts = None if posts is None else list(islice(posts, begin, begin + MOST_ON_PAGES))
        self.count = self.distinct = self.number = 0
        asked_about = remembered.about_texts or (posts is not None and remembered.about_posts)
        for text in self.texts:
            self.now += 1
            if self.words_known is not None and text.isascii():
                self.scan(self.words_known, text)
            else:
                for piece in text.split():
                    self.push_piece(piece)
            if asked_about:
                for key in self.about(text):
                    self.push(key)
            self.number += 1
            self.key_ends[self.number] = self.distinct
            self.word_ends[self.number] = self.count
            # A memory that is full is begun anew with the next batch.
            if remembered.full or self.count > MOST_WORDS:
                break
        self.turn()
        return self.number

    def about(self, text: str) -> list[int]:
        """The keys of the post that comes next which are not in the text itself."""
        vocabulary = self.remembered.vocabulary
        if self.posts is None:
            return vocabulary.about_text(text)
        return vocabulary.about(self.posts[self.number])

    def push(self, key: int) -> None:
        """Take in a key."""
        # A key of a vocabulary that has just grown comes too early.
        if 1 < key < self.size and self.stamps[key] != self.now:
            self.stamps[key] = self.now
            if self.distinct == self.room:
                self.grow()
            self.unique[self.distinct] = key
            self.distinct += 1

    def push_word(self, half: int) -> None:
        """Take in a word in its order."""
        if self.count == self.room:
            self.grow()
        self.order[self.count] = half
        self.count += 1

    def grow(self) -> None:
        """Twice the room."""
        more = bytes(4 * self.room)
        self.order = array("i", bytes(self.order) + more)
        self.unique = array("i", bytes(self.unique) + more)
        self.owners = array("i", bytes(8 * self.room))
        self.room *= 2

    def push_piece(self, piece: str) -> None:
        """Take in the keys and words of a piece of text."""
        found = self.remembered.known.get(piece)
        key = self.remembered.learn(piece) if found is None else found
        if key >= 0:
            self.push(key)
            if not key & 1:
                self.push_word(key >> 1)
            return
        keys, words = self.remembered.several[-key]
        for one in keys:
            self.push(one)
        for word in words:
            self.push_word(ord(word))

    def scan(self, known: Words, text: str) -> None:
        """Take in an ASCII text, word by word; pieces with marks that need care go as a whole."""
        data = text.lower().encode("ascii")
        size = len(data)
        classes = CLASSES
        begin = 0
        while begin < size:
            if classes[data[begin]] == SPACE:
                begin += 1
                continue
            end = begin
            special = 0
            while end < size and classes[data[end]] != SPACE:
                char = data[end]
                is_www = char == DOT and end - begin >= 3 and data[end - 1] == W == data[end - 2]
                if is_www or classes[char] == CARE:
                    special = 1
                end += 1
            if special:
                self.push_piece(text[begin:end])
                begin = end
                continue
            while begin < end:
                if classes[data[begin]] != WORD:
                    begin += 1
                    continue
                at = begin
                while at < end and classes[data[at]] == WORD:
                    at += 1
                key = known.find(data, begin, at)
                self.push(key)
                self.push_word(key >> 1)
                begin = at

    # -- by keys ---------------------------------------------------------------------------------

    def turn(self) -> None:
        """From the keys of each post make the posts of each key."""
        self.met = place = 0
        for at in range(self.distinct):
            key = self.unique[at]
            if self.counts[key] == 0:
                self.touched[self.met] = key
                self.met += 1
            self.counts[key] += 1
        for at in range(self.met):
            key = self.touched[at]
            self.starts[key] = place
            place += self.counts[key]
        for post in range(self.number):
            for at in range(self.key_ends[post], self.key_ends[post + 1]):
                key = self.unique[at]
                self.owners[self.starts[key]] = post
                self.starts[key] += 1
        for at in range(self.met):
            self.starts[self.touched[at]] -= self.counts[self.touched[at]]

    def clear(self) -> None:
        """Forget which posts have which keys."""
        for at in range(self.met):
            self.counts[self.touched[at]] = 0
        self.met = 0

    def choose(self, key: int) -> None:
        """The posts that have the key."""
        start = self.starts[key]
        self.chosen = self.counts[key]
        for at in range(self.chosen):
            self.both[at] = self.owners[start + at]

    def stand_by(self, key: int) -> None:
        """The posts that have the key are the first of those that ``choose_both`` meets."""
        self.turns += 1
        for at in range(self.starts[key], self.starts[key] + self.counts[key]):
            self.rounds[self.owners[at]] = self.turns

    def choose_both(self, first: int, second: int) -> int:
        """The posts that have both keys, the first being that of ``stand_by``; how many."""
        self.chosen = 0
        if second >= self.size or self.counts[second] == 0:
            return 0
        if self.counts[second] > FAR_MORE * self.counts[first]:
            for at in range(self.starts[first], self.starts[first] + self.counts[first]):
                self.at = self.owners[at]
                if self.has(second):
                    self.both[self.chosen] = self.at
                    self.chosen += 1
            return self.chosen
        for at in range(self.starts[second], self.starts[second] + self.counts[second]):
            if self.rounds[self.owners[at]] == self.turns:
                self.both[self.chosen] = self.owners[at]
                self.chosen += 1
        return self.chosen

    def give(self, numbers: Numbers) -> None:
        """The posts that are chosen match these watches."""
        for at in range(self.chosen):
            self.hits.add(self.both[at], numbers)

    # -- of one post -----------------------------------------------------------------------------

    def asked(self) -> MatchablePost:
        """The post itself, for what is no matter of keys."""
        return MatchablePost(self.texts[self.at]) if self.posts is None else self.posts[self.at]

    def has(self, key: int) -> bool:
        """Whether the post has the key."""
        if key >= self.size or self.counts[key] == 0:
            return False
        low, high = self.starts[key], self.starts[key] + self.counts[key] - 1
        while low < high:
            middle = (low + high) >> 1
            if self.owners[middle] < self.at:
                low = middle + 1
            else:
                high = middle
        return self.owners[low] == self.at

    def words(self) -> str:
        """One character for each word in order: that of half its number."""
        begin, end = self.word_ends[self.at], self.word_ends[self.at + 1]
        return "".join([chr(self.order[at]) for at in range(begin, end)])

    def has_row(self, row: str) -> bool:
        """Whether the words stand side by side in this order."""
        length = len(row)
        for at in range(self.word_ends[self.at], self.word_ends[self.at + 1] - length + 1):
            same = 0
            while same < length and self.order[at + same] == ord(row[same]):
                same += 1
            if same == length:
                return True
        return False

    def has_all(self, keys: tuple[int, ...]) -> bool:
        """Whether the post has all of the keys."""
        for key in keys:
            if not self.has(key):
                return False
        return True

    def has_any(self, keys: tuple[int, ...]) -> bool:
        """Whether the post has one of the keys."""
        for key in keys:
            if self.has(key):
                return True
        return False

    def meets(self, leaf: Leaf) -> bool:
        """Whether all holds that the leaf says."""
        if not self.has_all(leaf.keys) or self.has_any(leaf.absent):
            return False
        for group in leaf.groups:
            if not self.has_any(group):
                return False
        for row in leaf.rows:
            if not self.has_row(row):
                return False
        for row in leaf.absent_rows:
            if self.has_row(row):
                return False
        for check in leaf.checks:
            if not check(self):
                return False
        return True
