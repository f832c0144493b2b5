"""Checks of the road that posts travel: what is silent, stuck, slow or left behind."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings

from cornbread.config.doctor.finding import Finding, fail, ok, warn
from cornbread.foundation import metrics, spool
from cornbread.foundation.clock import now
from cornbread.foundation.stream import Disturbed
from cornbread.foundation.wording import counted

#: A listener gives a sign every few seconds; after this long it has stopped.
_SILENT = timedelta(minutes=10)
#: Handed-in posts are taken in within a second; so much of them is a backlog.
_SPOOL_BYTES = 20 * 1024**2
_STREAM_WAITING = 10_000
#: SQLite starts its log anew at some megabytes, unless somebody keeps it from doing so.
_LOG_BYTES = 256 * 1024**2
#: Writes that take longer keep others waiting; so many of a hundred may.
_SLOW_WRITE_S, _SLOW_SHARE, _FEW_WRITES = 1.0, 0.05, 20
_AHEAD = timedelta(minutes=10)
#: With more watches than this the compiled matcher is worth its installation.
_MANY_WATCHES = 2_000


def silent() -> Finding:
    """Every channel that should be listened to is."""
    from cornbread.channels.models import Channel
    from cornbread.channels.registry import command_of

    moment = now()
    active = Channel.objects.filter(state=Channel.State.ACTIVE, trouble_code="")
    listened_to = [
        one
        for one in active.filter(last_beat_at__isnull=False).order_by("last_beat_at")
        if not one.capabilities.receives and not command_of(one.network)
    ]
    since = {one.name: one.last_beat_at for one in listened_to if one.last_beat_at}
    quiet = {name: beat for name, beat in since.items() if moment - beat > _SILENT}
    if quiet:
        name, beat = next(iter(quiet.items()))
        minutes = (moment - beat).total_seconds() / 60
        return warn(
            "listeners",
            f"{counted(len(quiet), 'channel')} silent; {name} for {minutes:.0f} minutes",
            "See that a listener runs: `cornbread run` or `cornbread listen`, and its log.",
            silent={name: beat.isoformat() for name, beat in quiet.items()},
        )
    return ok("listeners", f"{counted(len(since), 'channel')} gave a sign lately", silent={})


def spooled() -> Finding:
    """What was handed in gets taken in."""
    from cornbread.listening.receiving.spooling import root

    waiting = sum(
        spool.SpoolReader(one, lambda *_: None).waiting_bytes() for one in spool.directories(root())
    )
    aside = spool.all_set_aside(root())
    figures = {"waiting_bytes": waiting, "set_aside": len(aside)}
    if waiting > _SPOOL_BYTES:
        return warn(
            "handed in",
            f"{waiting / 1024**2:.0f} MB wait to be taken in",
            "See that a listener runs: it takes them in. If it does, the database is too slow.",
            **figures,
        )
    if aside:
        return warn(
            "handed in",
            f"{counted(len(aside), 'record')} set aside, the last because: {aside[-1].reason}",
            "Mend the cause, then hand them in again: `cornbread spool replay --all`.",
            **figures,
        )
    return ok("handed in", "nothing waits", **figures)


def streamed() -> Finding:
    """The stream answers, has room, and its workers keep up."""
    from cornbread.listening.streaming import sharing
    from cornbread.listening.streaming.state import state

    if not sharing.wanted():
        return ok("stream", "not used: STREAM_URL is not set")
    try:
        found = state()
    except Disturbed as trouble:
        return fail("stream", f"It gives no answer: {trouble}", "See that NATS runs and has room.")
    figures = {"waiting": found.waiting, "dead": found.dead, "filled": round(found.filled, 3)}
    if found.filled > 0.8:
        advice = "Start more `cornbread intake`; when it is full, listeners wait."
        return warn("stream", f"{found.filled:.0%} full", advice, **figures)
    if found.waiting > _STREAM_WAITING:
        advice = "Start more `cornbread intake` processes, or see why those that run are slow."
        return warn("stream", f"{found.waiting} messages that no worker has", advice, **figures)
    if found.dead:
        advice = "`cornbread stream dead` says why; replay them when the cause is mended."
        return warn("stream", f"{counted(found.dead, 'message')} given up", advice, **figures)
    return ok("stream", f"{found.waiting} waiting, none given up", **figures)


def writes() -> Finding:
    """Batches get into the database quickly."""
    total, quick = metrics.observed("cornbread_batch_seconds", _SLOW_WRITE_S)
    slow = total - quick
    figures = {"writes": total, "slow": slow}
    if total >= _FEW_WRITES and slow / total > _SLOW_SHARE:
        return warn(
            "writes",
            f"{slow} of {total} writes since the start took longer than {_SLOW_WRITE_S:.0f} s",
            "Is the disk busy, or another program in the database? PostgreSQL takes more writers.",
            **figures,
        )
    return ok("writes", f"{slow} of {total} since the start were slow", **figures)


def sqlite_log() -> Finding:
    """SQLite's write-ahead log is started anew from time to time."""
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return ok("sqlite log", "not used")
    file = Path(database["NAME"])
    log = file.with_name(f"{file.name}-wal")
    size = log.stat().st_size if log.exists() else 0
    if size > _LOG_BYTES:
        return warn(
            "sqlite log",
            f"The write-ahead log has {size / 1024**2:.0f} MB",
            "Something reads without an end, such as a backup or a shell; end it, or restart.",
            bytes=size,
        )
    return ok("sqlite log", f"{size / 1024**2:.1f} MB", bytes=size)


def matcher() -> Finding:
    """The matcher's form fits the number of watches."""
    from cornbread.listening.domain.matching import form
    from cornbread.listening.models import Watch

    watches, which = Watch.objects.filter(active=True).count(), form()
    figures = {"form": which, "watches": watches}
    if which != "compiled" and watches > _MANY_WATCHES:
        advice = "Install the compiled form (docs/scale.md): it matches several times as fast."
        return warn("matcher", f"plain, with {counted(watches, 'watch')}", advice, **figures)
    return ok("matcher", f"{which}, with {watches} active watches", **figures)


def post_times() -> Finding:
    """No network's clock is ahead: targets are counted from the times of posts."""
    from cornbread.listening.models import Mention
    from cornbread.team.models import Workspace

    moment = now()
    latest = [
        Mention.objects.filter(workspace_id=id_).order_by("-posted_at", "-pk").first()
        for id_ in Workspace.objects.values_list("pk", flat=True)
    ]
    ahead = [one for one in latest if one is not None and one.posted_at > moment + _AHEAD]
    if ahead:
        worst = max(ahead, key=lambda one: one.posted_at)
        minutes = (worst.posted_at - moment).total_seconds() / 60
        return warn(
            "post times",
            f"A post of {worst.source} is dated {minutes:.0f} minutes in the future",
            "Set the clock of this machine and of whoever hands posts in; send times with an "
            "offset.",
            ahead_s=round(minutes * 60),
        )
    return ok("post times", "none in the future", ahead_s=0)


def search_index() -> Finding:
    """Every message can be found."""
    from cornbread.listening import searching

    missing = searching.missing()
    if missing:
        return warn(
            "search",
            f"{counted(missing, 'message')} of the newest cannot be found by search",
            "Run `cornbread search rebuild`; it may take some minutes.",
            missing=missing,
        )
    return ok("search", "every message looked at can be found", missing=0)
