"""Reading ``name:value``: which fields there are, and what their values look like."""

import re
from collections.abc import Callable
from difflib import get_close_matches

from cornbread.listening.domain import text as reading
from cornbread.listening.domain.query.errors import QueryError
from cornbread.listening.domain.query.nodes import FIELDS, Field

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_NETWORK = re.compile(r"[a-z0-9][a-z0-9_-]*")
_MEANT = {"language": "lang", "author": "from", "by": "from", "user": "from", "site": "network"}
_LANGUAGE_CODES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "spanish": "es",
    "italian": "it", "dutch": "nl", "portuguese": "pt", "polish": "pl", "turkish": "tr",
    "japanese": "ja", "chinese": "zh", "korean": "ko", "arabic": "ar", "thai": "th",
}  # fmt: skip


def read_field(text: str, refuse: Callable[..., QueryError]) -> Field:
    """The field that ``text`` (``name:value``) asks for; ``refuse`` makes the errors."""
    name, _, value = text.partition(":")
    name = name.lower()
    if name in ("http", "https") and value.startswith("//"):
        raise refuse("Links are not searched by their words; leave the link out.")
    for field in FIELDS:
        if name == field:
            return Field(field, _READ_VALUE[field](value, refuse))
    raise _unknown(name, text, value, refuse)


def _unknown(name: str, text: str, value: str, refuse: Callable[..., QueryError]) -> QueryError:
    close = get_close_matches(name, FIELDS, n=1, cutoff=0.6)
    meant = _MEANT.get(name) or (close[0] if close else None)
    if meant:
        return refuse(f"There is no field {name}: here. Did you mean {meant}:?", f"{meant}:{value}")
    known = ", ".join(f"{field}:" for field in FIELDS)
    return refuse(
        f"There is no field {name}: here (there are {known}). To search the words themselves, "
        "put them in quotation marks.",
        f'"{text}"' if reading.tokens(text) else None,
    )


def _language(value: str, refuse: Callable[..., QueryError]) -> str:
    code = reading.normalise(value).replace("_", "-")
    if code in _LANGUAGE_CODES:
        meant = f"lang:{_LANGUAGE_CODES[code]}"
        raise refuse(f"Languages are given by their code. Did you mean {meant}?", meant)
    if not _LANGUAGE.fullmatch(code):
        raise refuse("lang: needs a language code directly after it, as in lang:en or lang:pt-br.")
    return code


def _author(value: str, refuse: Callable[..., QueryError]) -> str:
    found = reading.tokens("@" + value.removeprefix("@"))
    if len(found) != 1 or found[0][0] != "@":
        raise refuse("from: needs an account name directly after it, as in from:bart.")
    return found[0][1:]


def _network(value: str, refuse: Callable[..., QueryError]) -> str:
    name = reading.normalise(value)
    if not _NETWORK.fullmatch(name):
        raise refuse("network: needs the name of a network directly after it, as network:mastodon.")
    return name


_READ_VALUE = {"lang": _language, "from": _author, "network": _network}
