"""Canned responses as pages, files and programs show them."""

import re
from typing import NamedTuple

from cornbread.channels.registry import network
from cornbread.outbound import queries
from cornbread.outbound.domain.canned_files import Row
from cornbread.outbound.domain.variables import filled
from cornbread.outbound.models import CannedResponse
from cornbread.outbound.values import nameless, sample_values
from cornbread.team.models import Member

_GAP = re.compile(r"(\{\{[^{}\n]*\}\})")


class Preview(NamedTuple):
    """A text for one customer, in pieces; a piece may be a gap that somebody has to fill in."""

    title: str
    pieces: list[tuple[str, bool]]
    length: int


def previews(text: str, *, by: Member) -> list[Preview]:
    """The text for somebody we know, and for somebody we know nothing of."""
    known = sample_values(by)
    first = _preview(f"For {known['person.name']}", filled(text, known))
    second = _preview("For somebody without a name", filled(text, nameless(known)))
    return [first] if first.pieces == second.pieces else [first, second]


def _preview(title: str, said: str) -> Preview:
    pieces = [(piece, bool(_GAP.fullmatch(piece))) for piece in _GAP.split(said) if piece]
    return Preview(title, pieces, len(said))


def shown_kinds(one: CannedResponse) -> list[str]:
    """The names of the networks it fits."""
    return [network(kind).name for kind in one.channel_kinds]


def rows_of(*, seen_by: Member) -> list[Row]:
    """What the reader may use, as it is put into files."""
    return [
        Row(
            shortcut=one.shortcut,
            title=one.title,
            text=one.text,
            lang=one.lang,
            channel_kinds=tuple(one.channel_kinds),
            team=one.team.name if one.team else "",
            shared=one.shared,
        )
        for one in queries.canned(seen_by=seen_by, archived=False)
    ]
