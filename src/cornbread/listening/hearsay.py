"""What a brand hears lately, sampled from what is kept and what is held of it."""

import threading
import time
from datetime import timedelta

import msgspec
from django.db.models import Sum

from cornbread.channels.domain.posts import Visibility
from cornbread.foundation import clock
from cornbread.listening import queries
from cornbread.listening.domain.query.heard import Heard
from cornbread.listening.models import HeldPost, Volume

#: Posts read of each kind, newest first.
MOST = 1_000
#: How long a sample serves, in seconds: an editor asks with every letter.
FRESH_S = 60.0
_COUNTED = timedelta(days=7)
#: Samples remembered, of the brands that asked last.
_BRANDS = 50


class _Said(msgspec.Struct):
    """What of a held post is read."""

    text: str
    visibility: Visibility = Visibility.PUBLIC


_decode = msgspec.msgpack.Decoder(_Said).decode
_known: dict[int, tuple[float, Heard]] = {}
_lock = threading.Lock()


def heard_lately(workspace_id: int) -> Heard:
    """How common words are in the public posts of this brand's channels."""
    with _lock:
        read_at, known = _known.get(workspace_id, (0.0, None))
    if known is not None and time.monotonic() - read_at < FRESH_S:
        return known
    heard = _read(workspace_id)
    with _lock:
        _known.pop(workspace_id, None)
        _known[workspace_id] = (time.monotonic(), heard)
        while len(_known) > _BRANDS:
            del _known[next(iter(_known))]
    return heard


def forget_heard() -> None:
    """Read again at the next question; for tests."""
    with _lock:
        _known.clear()


def _read(workspace_id: int) -> Heard:
    kept = queries.public_mentions(workspace_id).values_list("text", flat=True)[:MOST]
    held = HeldPost.objects.filter(workspace_id=workspace_id).order_by("-pk")
    bodies = held.values_list("body", flat=True)[:MOST]
    others = [text for body in bodies if (text := _public_text(bytes(body)))]
    return Heard(kept, others, _kept_share(workspace_id))


def _public_text(body: bytes) -> str:
    try:
        said = _decode(body)
    except msgspec.DecodeError:  # held by an older version, in other words
        return ""
    return said.text if said.visibility is Visibility.PUBLIC else ""


def _kept_share(workspace_id: int) -> float:
    """The part of what was heard that was kept."""
    recent = Volume.objects.filter(
        workspace_id=workspace_id, hour__gte=clock.now() - _COUNTED
    ).aggregate(heard=Sum("heard"), kept=Sum("kept"))
    heard, kept = recent["heard"] or 0, recent["kept"] or 0
    return min(1.0, kept / heard) if heard else 1.0
