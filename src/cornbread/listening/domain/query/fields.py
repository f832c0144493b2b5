"""Reading ``name:value``: which fields there are, and what their values look like."""

import re
from collections.abc import Callable
from difflib import get_close_matches

from cornbread.listening.domain import text as reading
from cornbread.listening.domain.links import bare, host_of, link_words
from cornbread.listening.domain.query.errors import QueryError
from cornbread.listening.domain.query.nodes import FIELDS, Field, Followers

THINGS = ("link", "image", "question")
KINDS_OF_POST = ("reply", "repost")
MOST_FOLLOWERS = 10**12

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_NETWORK = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ADDRESS = re.compile(r"[\w.~/?#\[\]@!$&',;=%+:-]+")
_HOST = re.compile(r"[^\W_][\w-]*(\.[\w-]+)+")
_COMPARISON = re.compile(r"[a-z]+(?P<colon>:?)\s*(?P<sign>[<>=≤≥]+)\s*(?P<number>.*)", re.I | re.S)
_GROUPS = re.compile(r"[0-9]{1,3}([,._'][0-9]{3}){1,4}")
_NUMBER = re.compile(r"(?P<whole>[0-9]{1,13})([.,](?P<part>[0-9]{1,6})(?=[km]))?(?P<unit>[km]?)")
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_MEANT = {
    "language": "lang", "author": "from", "by": "from", "user": "from", "source": "network",
    "site": "domain", "host": "domain", "link": "url", "inurl": "url", "filter": "has",
}  # fmt: skip
_LANGUAGE_CODES = {
    "english": "en", "german": "de", "deutsch": "de", "french": "fr", "spanish": "es",
    "italian": "it", "dutch": "nl", "portuguese": "pt", "polish": "pl", "turkish": "tr",
    "japanese": "ja", "chinese": "zh", "korean": "ko", "arabic": "ar", "thai": "th",
}  # fmt: skip
_THINGS_MEANT = {
    "url": "link", "photo": "image", "picture": "image", "pic": "image", "media": "image",
    "ask": "question", "?": "question",
}  # fmt: skip
_KINDS_MEANT = {"answer": "reply", "retweet": "repost", "rt": "repost", "boost": "repost",
                "share": "repost", "reblog": "repost"}  # fmt: skip

Refuse = Callable[..., QueryError]


def read_field(text: str, refuse: Refuse) -> Field:
    """The field that ``text`` (``name:value``) asks for; ``refuse`` makes the errors."""
    name, _, value = text.partition(":")
    name = name.lower()
    if name in ("http", "https") and value.startswith("//"):
        raise refuse("A link is not searched as words; url: finds it.", f"url:{bare(text)}")
    for field in FIELDS:
        if name == field:
            return Field(field, _READ_VALUE[field](value, refuse))
    raise _unknown(name, text, value, refuse)


def _unknown(name: str, text: str, value: str, refuse: Refuse) -> QueryError:
    if name in ("followers", "follower"):
        meant = f"followers>={value}"
        return refuse(f"Followers are counted from a least number. Did you mean {meant}?", meant)
    close = get_close_matches(name, FIELDS, n=1, cutoff=0.6)
    field = _MEANT.get(name) or (close[0] if close else None)
    if field:
        return refuse(f"There is no field {name}: here. Did you mean {field}:?", f"{field}:{value}")
    known = ", ".join([*(f"{field}:" for field in FIELDS), "followers>="])
    return refuse(
        f"There is no field {name}: here (there are {known}). To search the words themselves, "
        "put them in quotation marks.",
        f'"{text}"' if reading.tokens(text) else None,
    )


def _language(value: str, refuse: Refuse) -> str:
    code = reading.normalise(value).replace("_", "-")
    if code in _LANGUAGE_CODES:
        meant = f"lang:{_LANGUAGE_CODES[code]}"
        raise refuse(f"Languages are given by their code. Did you mean {meant}?", meant)
    if not _LANGUAGE.fullmatch(code):
        raise refuse("lang: needs a language code directly after it, as in lang:en or lang:pt-br.")
    return code


def _author(value: str, refuse: Refuse) -> str:
    found = reading.tokens("@" + value.removeprefix("@"))
    if len(found) != 1 or found[0][0] != "@":
        raise refuse("from: needs an account name directly after it, as in from:bart.")
    return found[0][1:]


def _network(value: str, refuse: Refuse) -> str:
    name = reading.normalise(value)
    if not _NETWORK.fullmatch(name):
        raise refuse("network: needs the name of a network directly after it, as network:mastodon.")
    return name


def _address(value: str, refuse: Refuse) -> str:
    words = link_words(value)
    if not words:
        raise refuse("url: needs words of an address directly after it, as in url:bart.gov/fares.")
    address = bare(value).strip("/")
    kept = _ADDRESS.fullmatch(address) and bare(address).strip("/") == address
    return address if kept and link_words(address) == words else "/".join(words)


def _domain(value: str, refuse: Refuse) -> str:
    host = host_of(value)
    if "/" in bare(value).rstrip("/"):
        meant = f"url:{bare(value)}"
        raise refuse(f"domain: is only the host of a link. Did you mean {meant}?", meant)
    if not _HOST.fullmatch(host) or host_of(host) != host:
        raise refuse(
            "domain: needs a whole host directly after it, as in domain:bart.gov; "
            "url: finds any words of an address.",
            f"url:{bare(value)}" if link_words(value) else None,
        )
    return host


def _thing(value: str, refuse: Refuse) -> str:
    return _one_of("has", THINGS, _THINGS_MEANT, value, refuse)


def _kind_of_post(value: str, refuse: Refuse) -> str:
    return _one_of("is", KINDS_OF_POST, _KINDS_MEANT, value, refuse)


def _one_of(
    field: str, known: tuple[str, ...], meant: dict[str, str], value: str, refuse: Refuse
) -> str:
    name = reading.normalise(value)
    if name in known:
        return name
    single = name if name in meant else name.removesuffix("s")
    close = get_close_matches(single, known, n=1, cutoff=0.6)
    guess = meant.get(single) or (close[0] if close else None)
    choices = f"{', '.join(known[:-1])} or {known[-1]}"
    question = f" Did you mean {field}:{guess}?" if guess else ""
    message = f"{field}: is followed by {choices}.{question}"
    raise refuse(message, f"{field}:{guess}" if guess else None)


def read_followers(text: str, refuse: Refuse) -> Followers:
    """``followers>=10k``; what else compares followers is refused with what was meant."""
    found = _COMPARISON.fullmatch(text)
    number = reading.normalise(found["number"]) if found else ""
    least = _count(number)
    if found is None or least is None:
        raise refuse("followers>= needs a number directly after it, as in followers>=10k.")
    if not 1 <= least <= MOST_FOLLOWERS:
        raise refuse("followers>= needs a number from 1 upwards.", "followers>=1")
    if text.lower() == f"followers>={number}":
        return Followers(least)
    meant = f"followers>={number}"
    if "<" in found["sign"] or "≤" in found["sign"]:
        meant = f"-{meant}"
    raise refuse(f"Followers are counted from a least number. Did you mean {meant}?", meant)


def _count(number: str) -> int | None:
    """``10k``, ``1.5m``, ``12,000`` or plain digits as a number."""
    if _GROUPS.fullmatch(number):
        return int(re.sub("[^0-9]", "", number))
    found = _NUMBER.fullmatch(number)
    if found is None:
        return None
    whole, part, unit = found["whole"], found["part"] or "", found["unit"]
    return int(whole + part.ljust(6, "0")) * _TIMES[unit] // 10**6


_READ_VALUE: dict[str, Callable[[str, Refuse], str]] = {
    "lang": _language,
    "from": _author,
    "network": _network,
    "url": _address,
    "domain": _domain,
    "has": _thing,
    "is": _kind_of_post,
}
