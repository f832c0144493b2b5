"""Canned responses: what a good one is, and which come first when somebody looks for one."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from cornbread.outbound.domain.variables import problems

MOST_TEXT = 10_000
MOST_TITLE = 120
_SHORTCUT = re.compile(r"[^\W_](?:[\w-]{0,38}\w)?")
_LANG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
#: Uses of so long ago say nothing about today any more.
LATELY = timedelta(days=30)


class Candidate(msgspec.Struct, frozen=True):
    """A canned response as it is looked for, with when it was last used and by whom."""

    id: int
    shortcut: str
    title: str
    text: str
    lang: str = ""
    used_by_me: datetime | None = None
    used_by_team: datetime | None = None
    times: int = 0


def clean_shortcut(raw: str) -> str:
    """A shortcut as it is stored: small letters, without the slash that calls it."""
    return unicodedata.normalize("NFC", raw).strip().lstrip("/").casefold()


def faults(*, shortcut: str, title: str, text: str, lang: str) -> dict[str, str]:
    """What is wrong with each field of a canned response; empty when it can be kept."""
    wrong: dict[str, str] = {}
    if not _SHORTCUT.fullmatch(shortcut):
        wrong["shortcut"] = "Use up to 40 letters, digits and hyphens, such as late-train."
    if not title:
        wrong["title"] = "Give it a title that colleagues will recognise."
    elif len(title) > MOST_TITLE:
        wrong["title"] = f"A title has at most {MOST_TITLE} characters."
    if lang and (len(lang) > 12 or not _LANG.fullmatch(lang)):
        wrong["lang"] = "Use a language code such as en or pt-br."
    if sentence := fault_of_text(text):
        wrong["text"] = sentence
    return wrong


def fault_of_text(text: str) -> str:
    """What is wrong with the text, with its line; empty when nothing is."""
    if not text.strip():
        return "Write the answer."
    if "\x00" in text:
        return "A text has no NUL characters."
    if len(text) > MOST_TEXT:
        return f"A text has at most {MOST_TEXT} characters."
    found = problems(text)
    if not found:
        return ""
    line = text.count("\n", 0, found[0].start) + 1
    column = found[0].start - (text.rfind("\n", 0, found[0].start) + 1) + 1
    return f"Line {line}, character {column}: {found[0].message}"


def ranked(
    query: str, candidates: Iterable[Candidate], *, lang: str, now: datetime
) -> list[Candidate]:
    """Those that fit what was typed, best first.

    First how well they fit; then the language of the conversation; then what I used lately, what
    my team used lately, what is used most, and the shortcut. With nothing typed all fit alike.
    """
    words = _folded(query)
    found = [(fit, one) for one in candidates if (fit := _fit(words, one))]
    return [one for fit, one in sorted(found, key=lambda pair: _order(pair[0], pair[1], lang, now))]


def _order(fit: int, one: Candidate, lang: str, now: datetime) -> tuple[object, ...]:
    spoken = lang.split("-")[0].lower()
    written = one.lang.split("-")[0]
    foreign = 0 if written == spoken and spoken else 1 if not (written and spoken) else 2
    mine, teams = _age(one.used_by_me, now), _age(one.used_by_team, now)
    return (-fit, foreign, mine, teams, -one.times, one.shortcut)


def _age(at: datetime | None, now: datetime) -> float:
    """How long ago in seconds; all that was not lately is alike."""
    age = max(0.0, (now - at).total_seconds()) if at else LATELY.total_seconds()
    return min(age, LATELY.total_seconds())


def _fit(query: str, one: Candidate) -> int:
    """How well it fits: 6 for the shortcut itself down to 1 for its letters in order; 0 not."""
    if not query:
        return 1
    shortcut, title = _folded(one.shortcut), _folded(one.title)
    if shortcut == query:
        return 6
    if shortcut.startswith(query):
        return 5
    if _begin_words(query, f"{shortcut.replace('-', ' ')} {title}"):
        return 4
    if query in shortcut or query in title:
        return 3
    if _begin_words(query, _folded(one.text)):
        return 2
    return 1 if _in_order(query.replace(" ", ""), shortcut) or _in_order(query, title) else 0


def _begin_words(query: str, text: str) -> bool:
    """Whether each word that was typed begins a word of the text."""
    words = re.split(r"[^\w]+", text)
    wanted = query.replace("-", " ").split()
    return all(any(word.startswith(one) for word in words) for one in wanted)


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return len(letters) > 1 and all(letter in rest for letter in letters)


def _folded(text: str) -> str:
    """Small letters without their accents, so that cafe finds café."""
    spread = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))
