"""How a channel is doing, in words: what is the matter, and who has to do what about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: A listener that looks for new channels every few seconds has surely begun after this long.
STARTS_WITHIN = timedelta(minutes=1)

_WHAT_TO_DO = {
    "access_lost": "Reconnect it with a new token; nothing that is still there will be missed.",
    "rate_limited": "The network asked for a pause. Nothing to do: we go on where we stopped.",
    "unreachable": "Nothing to do yet: we try again, more and more seldom, and catch up then.",
    "rejected": "The network understood and said no. Check address and rights, then reconnect.",
}
_WHATEVER = "We try again by ourselves. If it stays like this, reconnect it."


@dataclass(frozen=True)
class Health:
    """A word with its colour and icon, and what to do about it (empty when all is well)."""

    word: str
    tone: str
    icon: str
    advice: str = ""
    #: Somebody has to do something; it will not mend itself.
    needs_somebody: bool = False


def health_of(
    state: str,
    *,
    trouble_code: str,
    listens: bool,
    last_beat_at: datetime | None,
    created_at: datetime,
    now: datetime,
    receives: bool = False,
) -> Health:
    """The state of a channel; ``listens`` is false where there is nothing to listen to, and
    ``receives`` true where posts are handed in.
    """
    if state == "removed":
        return Health("disconnected", "", "plug-connected-x", "Connect it again to go on.")
    if state == "paused":
        return Health("paused", "note", "player-pause", "Resume it to go on where it stopped.")
    if state == "broken":
        advice = _WHAT_TO_DO.get(trouble_code, "Reconnect it.")
        return Health("needs you", "danger", "alert-triangle", advice, needs_somebody=True)
    if trouble_code:
        return Health("trouble", "warning", "cloud-off", _WHAT_TO_DO.get(trouble_code, _WHATEVER))
    if receives and last_beat_at is None:
        return Health("waiting", "info", "hourglass", "Nothing was handed in yet.")
    if receives:
        return Health("receiving", "success", "ear")
    if not listens:
        return Health("kept", "info", "archive")
    if last_beat_at is None:
        return _not_heard_yet(now - created_at)
    return Health("listening", "success", "ear")


def _not_heard_yet(age: timedelta) -> Health:
    if age < STARTS_WITHIN:
        return Health("starting", "info", "hourglass")
    advice = "No listener has looked at it yet. The operator can ask: cornbread doctor."
    return Health("not heard yet", "warning", "hourglass", advice)
