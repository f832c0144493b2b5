"""Words that a dictionary does not know, without bothering people about names and handles."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from cornbread.outbound.domain.findings import Finding, Severity
from cornbread.outbound.domain.links import find_links

MOST = 20
"""So many remarks at most: with more, the text is in another language."""

LONGEST = 40
"""Longer runs of letters are no words, and finding similar ones would take long."""


class Dictionary(Protocol):
    """The words of one language."""

    def knows(self, word: str, /) -> bool:
        """Whether the word, in lower case, is spelt like this."""

    def suggest(self, word: str, /) -> Sequence[str]:
        """Similar words, the likeliest first."""


_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_SKIPPED = re.compile(
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # addresses
    r"|[@#][\w.-]+(?:@[\w.-]+)?"  # handles and tags
    r"|`[^`\n]+`|:\w+:"  # code and emoji names
    r"|\{[^{}\n]*\}|\[[^\[\]\n]*\](?!\()|<[^<>\n]*>|[$%]\w+%?"  # placeholders
    r"|\b\w*\d\w*(?:-\w+)*"  # words with digits
    r"|\b\w+\.(?:com|org|net|io|eu|de|fr|es|it|nl|pt|ru|uk|co)\b"  # bare domains
    r"|\^\w+"  # initials of who answers
)
_SENTENCE_START = re.compile(r"(?:\A|[.!?…:\n])[^\w.!?…:\n]*\Z")


def find_misspellings(
    text: str, dictionary: Dictionary, *, known: Iterable[str] = ()
) -> list[Finding]:
    """Warnings on unknown words; ``known`` are words to leave alone, in any case and phrase."""
    fine = {word.lower() for phrase in known for word in _WORD.findall(_plain(phrase))}
    found: list[Finding] = []
    for word, start in _words(text):
        lower = word.lower()
        if lower in fine or _is_known(lower, dictionary):
            continue
        suggestions = tuple(
            better.capitalize() if word[0].isupper() else better
            for better in dictionary.suggest(lower)
        )
        message = f"“{word}” may be misspelt."
        end = start + len(word)
        found.append(Finding("spelling", Severity.WARN, message, start, end, suggestions))
        if len(found) == MOST:
            break
    return found


def _plain(text: str) -> str:
    return text.replace("’", "'").replace("‑", "-")


def _words(text: str) -> Iterator[tuple[str, int]]:
    """Words worth looking up, with their places."""
    masked = _plain(text)
    for link in find_links(masked):
        masked = masked[: link.start] + " " * (link.end - link.start) + masked[link.end :]
    masked = _SKIPPED.sub(lambda match: " " * len(match[0]), masked)
    for match in _WORD.finditer(masked):
        word = match[0]
        mixed_case = word != word.lower() and word[1:] != word[1:].lower()
        if not 3 <= len(word) <= LONGEST or mixed_case:
            continue
        if not (word[0].isupper() and _is_name(masked, match)):
            yield word, match.start()


def _is_name(text: str, word: re.Match[str]) -> bool:
    """A capital within a sentence is a name's, as is a last word that is its own sentence."""
    before = text[max(word.start() - 80, 0) : word.start()]
    starts = _SENTENCE_START.search(before) is not None
    signs = bool(before.strip()) and not text[word.end() :].strip()
    return not starts or signs


def _is_known(word: str, dictionary: Dictionary) -> bool:
    if dictionary.knows(word):
        return True
    parts = re.split(r"['-]", word)
    return len(parts) > 1 and all(len(part) < 3 or dictionary.knows(part) for part in parts)
