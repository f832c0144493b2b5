"""From one token of the query to the term it means, read by the same tokeniser as the posts."""

from collections.abc import Callable

from lark import Token

from cornbread.listening.domain import text as reading
from cornbread.listening.domain.emoji import emoji_apart
from cornbread.listening.domain.links import bare
from cornbread.listening.domain.locating import locate
from cornbread.listening.domain.query.errors import QueryError, fault
from cornbread.listening.domain.query.fields import read_field, read_followers
from cornbread.listening.domain.query.nodes import (
    Emoji,
    Exact,
    Handle,
    Phrase,
    Prefix,
    Tag,
    Term,
    Word,
)
from cornbread.listening.domain.query.proximity import mistyped

SHORTEST_PREFIX = 3
_DASHES = "-–—−"
_ABOUT_THE_POST = ("FIELD", "COMPARISON")


def read_term(query: str, token: Token) -> Term:
    """The term that ``token`` of ``query`` means; raises ``QueryError``."""
    start = token.start_pos or 0

    def refuse(message: str, instead: str | None = None) -> QueryError:
        return fault(query, start, start + len(token), message, instead=instead)

    if token.type == "WORD" and (near := mistyped(query, token)):
        raise near
    if token.type not in _ABOUT_THE_POST:
        rest, emoji = emoji_apart(str(token))
        if emoji and (emoji_only := not rest.strip("\"'*= ")) and len(emoji) == 1:
            return Emoji(emoji[0])
        if emoji:
            raise _emoji_apart("" if emoji_only else rest, emoji, refuse)
    if token.type not in ("PREFIX", "PHRASE") and "*" in token:
        raise refuse(
            "A star may only stand at the end of a word, as in train*.", _without_star(token)
        )
    if token.type == "FIELD" and token.endswith(":") and query[start + len(token) :].strip():
        raise _value_apart(query, start, token)
    return _READERS[token.type](str(token), refuse)


def _emoji_apart(rest: str, emoji: list[str], refuse: "Refuse") -> QueryError:
    beside = " ".join([*rest.split(), *emoji])
    return refuse("An emoji is no part of a word or phrase; write it beside it.", beside)


def _value_apart(query: str, start: int, token: Token) -> QueryError:
    after = query[start + len(token) :]
    value_at = len(query) - len(after.lstrip())
    message = f"The value must stand directly after {token} without a space."
    return fault(query, start, value_at, message, instead=str(token))


def _without_star(text: str) -> str | None:
    """``tra*in`` was perhaps ``tra*``, ``#bart*`` perhaps ``#bart``."""
    head = text.partition("*")[0]
    if text[0] in "#@=" or ":" in text:
        return head if len(head) > 1 and not head.endswith(":") else None
    return f"{head}*" if len(head) >= SHORTEST_PREFIX else None


Refuse = Callable[..., QueryError]


def _word(text: str, refuse: Refuse) -> Term:
    found = reading.tokens(text)
    if not found and text[0] in _DASHES:
        raise refuse("A minus sign must stand directly before what it leaves out, as in -train.")
    if text == "=":
        raise refuse("= must stand directly before one word, as in =BART.", "")
    return _adjacent(text, found, refuse)


def _phrase(text: str, refuse: Refuse) -> Term:
    if len(text) < 2 or not text.endswith('"'):
        closed = f'{text.rstrip()}"' if reading.tokens(text) else ""
        raise refuse("This quotation mark is never closed.", closed)
    if "*" in text:
        raise refuse("A star means nothing inside quotation marks.", text.replace("*", ""))
    return _adjacent(text, reading.tokens(text), refuse)


def _adjacent(text: str, found: list[str], refuse: Refuse) -> Term:
    """A word, or a phrase where punctuation joins several: ``wi-fi`` is ``"wi fi"``."""
    if reading.BREAK in found:
        raise refuse("A link is not searched as words; url: finds it.", _as_url(text))
    if any(token[0] == "@" for token in found):
        raise refuse("An account is not part of a phrase; write it beside it.", _beside(found))
    words = tuple(
        word
        for token in found
        for word in (reading.tag_words(token[1:]) if token[0] == "#" else (token,))
    )
    if not words:
        raise refuse("There is no letter or digit here to search for.")
    return Word(words[0]) if len(words) == 1 else Phrase(words)


def _as_url(text: str) -> str | None:
    """The search for the first link in ``text``."""
    return next((f"url:{bare(link)}" for link in reading.links(text)), None)


def _exact(text: str, refuse: Refuse) -> Term:
    body = text[1:]
    found = [token for token in locate(body) if token.kind != "tag"]
    if any(token.kind in ("handle", "break") for token in found) or body[0] in "#@":
        raise refuse("= stands before a word; here it can be left out.", body.lstrip("="))
    if not found:
        raise refuse("= must stand directly before one word, as in =BART.", body)
    if reading.is_unspaced(found[0].text):
        raise refuse("This script has no capital letters, so the = is not needed.", body)
    if len(found) > 1:
        raise refuse("= stands before one word only, as in =BART.", body.lstrip("="))
    return Exact(found[0].exact)


def _beside(found: list[str]) -> str:
    """The same words with the accounts outside the quotation marks."""
    handles = [token for token in found if token[0] == "@"]
    words = " ".join(token for token in found if token[0] != "@")
    return " ".join([*handles, f'"{words}"'] if words else handles)


def _tag(text: str, refuse: Refuse) -> Term:
    found = reading.tokens(text)
    if len(found) == 1 and found[0][0] == "#":
        return Tag(found[0][1:])
    if found and all(token[0] == "#" for token in found):
        raise refuse("Put a space between tags.", " ".join(found))
    raise refuse("A tag is # and then letters, digits or underscores, as in #delays.")


def _handle(text: str, refuse: Refuse) -> Term:
    name = _account(text)
    if name is None:
        raise refuse("An account is @ and then its name, as in @bart or @bart@example.social.")
    return Handle(name)


def _account(text: str) -> str | None:
    found = reading.tokens(text)
    return found[0][1:] if len(found) == 1 and found[0][0] == "@" else None


def _prefix(text: str, refuse: Refuse) -> Term:
    body = text.rstrip("*")
    found = reading.tokens(body)
    if not found:
        raise refuse("A star alone would catch every post; put the start of a word before it.")
    if "*" in body or len(found) > 1 or found[0][0] in "#@:":
        raise refuse(
            "A star may only stand at the end of a word, as in train*.", _without_star(body + "*")
        )
    if reading.is_unspaced(found[0]):
        raise refuse(
            "This script is searched character by character, so the star is not needed.", body
        )
    if len(found[0]) < SHORTEST_PREFIX:
        raise refuse(
            f"A star needs at least {SHORTEST_PREFIX} letters before it, "
            "or it would catch far too much.",
            body,
        )
    return Prefix(found[0])


_READERS: dict[str, Callable[[str, Refuse], Term]] = {
    "WORD": _word,
    "EXACT": _exact,
    "PREFIX": _prefix,
    "PHRASE": _phrase,
    "TAG": _tag,
    "HANDLE": _handle,
    "FIELD": read_field,
    "COMPARISON": read_followers,
}
