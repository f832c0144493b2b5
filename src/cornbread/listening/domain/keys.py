"""The keys of a post: the small facts by which queries are filed, found and verified.

``matching.plan`` says how keys are written. Each key that some query asks for has a number in a
``Vocabulary``: even for words and handles, which stand in an order, odd for all others. A word
that nobody asks for is ``UNKNOWN``, and so is a link, over which no phrase runs either.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator

from cornbread.listening.domain.links import domains_of, link_words
from cornbread.listening.domain.locating import locate
from cornbread.listening.domain.matchable import MatchablePost, author_of, lang_of, links_of
from cornbread.listening.domain.text import (
    BREAK,
    asks,
    emoji,
    handle_forms,
    is_unspaced,
    normalise,
    tag_words,
    tokens,
    units,
)

UNKNOWN = 0
NOTHING = 1
_FIRST_FREE = 2
#: Words are also written as one character each, by half their number.
_MOST = 2 * 0x10FFFF
_IN_ORDER = ("word", "handle")

FOLLOWERS = "followers>="
_KINDS = {"=": "exact", "~": "character", "#": "tag", "@": "handle"}


def kind_of(key: str) -> str:
    """``word``, ``prefix``, ``exact``, ``emoji`` ... or the name of the field."""
    if key[-1] == "*":
        return "prefix"
    if kind := _KINDS.get(key[0]):
        return kind
    if key.startswith(FOLLOWERS):
        return "followers"
    name, is_field, _ = key.partition(":")
    if is_field:
        return name
    return "word" if key[0].isalnum() else "emoji"


class Vocabulary:
    """The keys that are asked for, counted, with their numbers. Not safe to change in parallel;
    what readers use of it (``ids`` and the rest that ``freshen`` makes) is never half done."""

    def __init__(self) -> None:
        self.ids: dict[str, int] = {}
        self.size = _FIRST_FREE
        self._uses: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._free: tuple[list[int], list[int]] = ([], [])
        self._next = [_FIRST_FREE, _FIRST_FREE + 1]
        self.freshen()

    def uses(self, key: str) -> int:
        """By how many queries the key is asked for."""
        return self._uses[key]

    def take(self, keys: Iterable[str]) -> bool:
        """Count one more query that asks for ``keys``; whether some are new."""
        changed = False
        for key in keys:
            self._uses[key] += 1
            if key not in self.ids:
                changed = True
                kind = kind_of(key)
                self._kinds[kind] += 1
                self.ids[key] = self._number(odd=kind not in _IN_ORDER)
        return changed

    def _number(self, *, odd: bool) -> int:
        if free := self._free[odd]:
            return free.pop()
        number = self._next[odd]
        if number > _MOST:
            raise OverflowError("There are more than a million different words in these watches.")
        self._next[odd] += 2
        self.size = max(self.size, number + 1)
        return number

    def release(self, keys: Iterable[str]) -> bool:
        """Count one query less; whether some keys are no longer asked for."""
        changed = False
        for key in keys:
            self._uses[key] -= 1
            if not self._uses[key]:
                del self._uses[key]
                changed = True
                kind = kind_of(key)
                self._kinds[kind] -= 1
                self._free[kind not in _IN_ORDER].append(self.ids.pop(key))
        return changed

    def freshen(self) -> None:
        """Derive what readers look at after keys came or went."""
        self.prefix_lengths = sorted(
            {len(key) - 1 for key in self.ids if key[-1] == "*"} if self._kinds["prefix"] else ()
        )
        self.has_exact = bool(self._kinds["exact"])
        self.has_emoji = bool(self._kinds["emoji"])
        self.about_links = bool(self._kinds["url"] or self._kinds["domain"] or self._kinds["has"])
        self.followers = sorted(
            int(key.removeprefix(FOLLOWERS)) for key in self.ids if key.startswith(FOLLOWERS)
        )
        fields = ("from", "lang", "network", "is", "followers")
        self.about_posts = self.about_links or any(self._kinds[name] for name in fields)

    # -- reading -----------------------------------------------------------------------------

    def read(self, piece: str) -> tuple[list[int], str]:
        """The numbers of the keys in a text without white space, and its words in their order,
        each as the character of half its number.

        A text may be read piece by piece between its white space, because nothing that counts
        (words, handles, links, emoji, the joining of accents) reaches across it.
        """
        found: list[int] = []
        words: list[int] = []
        for token in tokens(piece):
            if token == BREAK:
                words.append(UNKNOWN)
            elif token[0] == "@":
                words.append(UNKNOWN)
                found += self._known(f"@{form}" for form in handle_forms(token[1:]))
            elif token[0] == "#":
                found += self._known([token])
                self._take_words(tag_words(token[1:]), words, found)
            else:
                self._take_words([token], words, found)
        if self.has_exact:
            found += self._known({f"={one.exact}" for one in locate(piece) if one.kind == "word"})
        if self.has_emoji and not piece.isascii():
            found += self._known(emoji(piece))
        return found, "".join([chr(word >> 1) for word in words])

    def _known(self, keys: Iterable[str]) -> list[int]:
        # One look each, because another thread may be taking keys out.
        return [number for number in map(self.ids.get, keys) if number is not None]

    def _take_words(self, runs: Iterable[str], words: list[int], found: list[int]) -> None:
        for word in (unit for run in runs for unit in units(run)):
            number = self.ids.get(word, UNKNOWN)
            words.append(number)
            found.append(number)
            lengths = [length for length in self.prefix_lengths if length <= len(word)]
            found += self._known(f"{word[:length]}*" for length in lengths)
            if is_unspaced(word):
                found += self._known(f"~{char}" for char in word)

    def about(self, post: MatchablePost) -> list[int]:
        """The numbers of the keys that are no part of the text but said of the post."""
        return self._known(self._about(post))

    def about_text(self, text: str) -> list[int]:
        """``about`` a post of which only the text is known."""
        if text.isascii() and BREAK not in text and "www." not in text.lower():
            question = self.ids.get("has:question")
            return [question] if question is not None and "?" in text else []
        return self.about(MatchablePost(text))

    def _about(self, post: MatchablePost) -> Iterator[str]:
        kinds = self._kinds
        if kinds["from"] and (author := author_of(post)):
            yield from (f"from:{form}" for form in handle_forms(author))
        if kinds["network"]:
            yield f"network:{normalise(post.network)}"
        if kinds["lang"] and (lang := lang_of(post)):
            parts = lang.split("-")
            yield from ("lang:" + "-".join(parts[: n + 1]) for n in range(len(parts)))
        if self.about_links:
            yield from _about_links(post)
            if post.has_image:
                yield "has:image"
            if "has:question" in self.ids and asks(post.text):
                yield "has:question"
        if post.is_reply:
            yield "is:reply"
        if post.is_repost:
            yield "is:repost"
        if self.followers and post.followers is not None:
            reached = self.followers[: bisect_right(self.followers, post.followers)]
            yield from (f"{FOLLOWERS}{least}" for least in reached)


def _about_links(post: MatchablePost) -> Iterator[str]:
    addresses = links_of(post)
    if addresses:
        yield "has:link"
    for address in addresses:
        yield from (f"url:{word}" for word in link_words(address))
        yield from (f"domain:{domain}" for domain in domains_of(address))
