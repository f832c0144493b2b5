"""Addresses of web pages in one form, so that the same page counts as the same link."""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from cornbread.listening.domain.shorteners import SHORTENERS

#: Longer addresses than this are nobody's link.
LONGEST = 2000
_WRITTEN = re.compile(r"(?i)(?<![\w@])https?://[^\s<>\"“”„«»`、。「」|]+")
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_PORTS = {"http": "80", "https": "443"}
_SAFE = "/%:@!$&'()*+,;=~-._"
_ESCAPE = re.compile("%[0-9a-fA-F]{2}")
_STRAY = re.compile("%(?![0-9a-fA-F]{2})")
#: Parameters that say where somebody came from, never which page it is.
_TRACKING = frozenset(
    {
        *("fbclid", "gclid", "gclsrc", "dclid", "wbraid", "gbraid", "msclkid", "yclid", "twclid"),
        *("ttclid", "igsh", "igshid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "vero_id"),
        *("oly_anon_id", "oly_enc_id", "_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp"),
        *("hsctatracking", "_openstat", "wickedid", "rb_clickid", "s_cid"),
        *("ml_subscriber", "ml_subscriber_hash"),
        *("ref_src", "ref_url", "cmpid", "ncid", "sr_share", "spm", "scm", "zanpid", "irclickid"),
        *("ga_source", "ga_medium", "ga_campaign", "ga_term", "ga_content", "_ga", "_gl", "epik"),
    }
)  # fmt: skip
_TRACKING_BEGINS = ("utm_", "pk_", "piwik_", "mtm_", "matomo_", "hsa_", "at_campaign", "at_medium")
_AMP_CACHE = re.compile(r"/(?:amp|c|v|a)/(s/)?(?=[^/]+\.[^/]+)")


def canonical(address: str) -> str:
    """The address in its usual form, and empty for what is no web address.

    Lower-case scheme and host (in ASCII), no user name, default port, fragment, tracking
    parameters or slash at the end, parameters in order, and the page itself for its AMP copy.
    What is in that form already stays as it is.
    """
    for _ in range(20):  # copies of copies of copies: nobody links like that
        simple = _simplified(address)
        if simple == address:
            return address
        address = simple
    return ""


def _simplified(address: str) -> str:
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    host = _host(host)
    if scheme not in _PORTS or not host or len(address) > LONGEST:
        return ""
    if (inner := _inside_amp_cache(host, parts.path)) is not None:
        query = f"?{parts.query}" if parts.query else ""
        return f"{inner}{query}"
    place = host if port is None or str(port) == _PORTS[scheme] else f"{host}:{port}"
    path = _escaped(parts.path)
    if path.endswith(("/amp", "/amp/")):
        path = path.rstrip("/").removesuffix("amp")
    path = path.rstrip("/") or "/"
    query = _query(parts.query)
    return f"{scheme}://{place}{path}{query}"


def _host(host: str) -> str:
    host = host.rstrip(".").lower()
    if ":" in host:
        return f"[{host}]"
    if not host.isascii():
        try:
            host = host.encode("idna").decode().lower()
        except UnicodeError:
            return ""
    if host.startswith("amp.") and host.count(".") >= 2:
        host = host[4:]
    return host if host and not set(host) & set(" \t\r\n<>\"'\\^`{}|/?#@%") else ""


def _inside_amp_cache(host: str, path: str) -> str | None:
    """The page that an AMP cache shows."""
    googles = host in ("www.google.com", "google.com") and path.startswith("/amp/")
    if not googles and not host.endswith(".cdn.ampproject.org"):
        return None
    found = _AMP_CACHE.match(path)
    if found is None:
        return None
    return f"{'https' if found[1] else 'http'}://{path[found.end() :]}"


def _escaped(text: str) -> str:
    once = quote(_STRAY.sub("%25", text), safe=_SAFE)
    return _ESCAPE.sub(lambda one: one[0].upper(), once)


def _query(query: str) -> str:
    pairs = sorted(_escaped_pair(pair) for pair in query.split("&") if pair and not _tracks(pair))
    return f"?{'&'.join(pairs)}" if pairs else ""


def _escaped_pair(pair: str) -> str:
    once = quote(_STRAY.sub("%25", pair), safe=f"{_SAFE}?")
    return _ESCAPE.sub(lambda one: one[0].upper(), once)


def _tracks(pair: str) -> bool:
    name, _, value = pair.casefold().partition("=")
    if name == "amp" and value in ("", "1", "true"):
        return True
    return name in _TRACKING or name.startswith(_TRACKING_BEGINS)


def written_in(text: str) -> list[str]:
    """The addresses in a text as they stand there, without the punctuation that follows."""
    return [_bare(found) for found in _WRITTEN.findall(text)] if "://" in text else []


def _bare(written: str) -> str:
    while written and (written[-1] in ".,;:!?'’*_~…" or _closes(written)):
        written = written[:-1]
    return written


def _closes(written: str) -> bool:
    opening = _BRACKETS.get(written[-1])
    return opening is not None and written.count(written[-1]) > written.count(opening)


def addresses_of(text: str, links: Iterable[str]) -> list[str]:
    """Where a post leads, canonical, each once: the links in its text, then those beside it."""
    found = map(canonical, [*written_in(text), *links])
    return [one for one in dict.fromkeys(found) if one]


def host_of(address: str) -> str:
    """The host of a canonical address, without its port and ``www.``."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def is_short(address: str) -> bool:
    """Whether a canonical address belongs to a shortener and names something there."""
    parts = urlsplit(address)
    return (parts.hostname or "").removeprefix("www.") in SHORTENERS and len(parts.path) > 1
