"""What of the address of a link can be asked for: its words, and its host."""

import re
from functools import lru_cache

from cornbread.listening.domain.text import normalise, tag_words, units

_BEGINNING = re.compile(r"(?:(?:https?:)?//|www\.)*")
_AUTHORITY_END = re.compile(r"[/?#\\]")
_HOST = re.compile(r"[^\W_](?:\w|-+(?=\w)|\.(?=[^\W_]))*")


def bare(address: str) -> str:
    """The normalised address without its scheme and ``www.``."""
    return _BEGINNING.sub("", normalise(address).strip(), count=1)


@lru_cache(maxsize=8192)
def link_words(address: str) -> tuple[str, ...]:
    """The words of the address in order: its runs of letters and digits, as units."""
    return tuple(unit for word in tag_words(bare(address)) for unit in units(word))


@lru_cache(maxsize=8192)
def host_of(address: str) -> str:
    """The host of the address, in letters rather than punycode; empty where there is none."""
    authority = _AUTHORITY_END.split(bare(address), maxsplit=1)[0].rpartition("@")[2]
    found = _HOST.match(authority)
    return ".".join(map(_label, found.group().split("."))) if found else ""


def domains_of(address: str) -> list[str]:
    """The host and the domains above it: ``m.bart.gov``, ``bart.gov``, ``gov``."""
    labels = host_of(address).split(".")
    return [".".join(labels[at:]) for at in range(len(labels)) if labels[at:] != [""]]


def _label(label: str) -> str:
    """One part of a host; ``xn--mnchen-3ya`` is ``münchen``."""
    if not label.startswith("xn--"):
        return label
    try:
        said = normalise(label.removeprefix("xn--").encode("ascii").decode("punycode"))
    except UnicodeError:
        return label
    return said if said.replace("-", "").isalnum() else label
