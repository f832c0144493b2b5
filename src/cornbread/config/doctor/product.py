"""Checks of the product's own state; they need it loaded."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min

from cornbread.config import migrating
from cornbread.config.doctor.finding import Finding, fail, ok, warn
from cornbread.config.keyring import secrets_in
from cornbread.foundation import crypto
from cornbread.foundation.clock import now
from cornbread.foundation.wording import counted

#: A job that has been due for this long says that no worker runs, or too few.
_LATE = timedelta(minutes=5)
_CLOCK_SLACK_S = 2.0


def database() -> Finding:
    """It answers, and has every table this version needs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    missing = migrating.pending()
    if missing:
        return fail(
            "database",
            f"{counted(len(missing), 'step')} behind this version, the next is {missing[0]}",
            "Run `cornbread migrate` (`cornbread run` does it by itself).",
            pending=missing,
        )
    return ok("database", f"{connection.display_name} answers and is up to date", pending=[])


def database_clock() -> Finding:
    """The database server's clock agrees with this machine's."""
    if connection.vendor != "postgresql":
        return ok("database clock", "the same machine's")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - now()).total_seconds())
    sentence = f"{apart:.1f} s from this machine's clock"
    if apart > _CLOCK_SLACK_S:
        return warn("database clock", sentence, "Keep both right with a time service.")
    return ok("database clock", sentence, apart_s=round(apart, 3))


def encryption_key() -> Finding:
    """The keys at hand open every stored secret."""
    crypto.verify_key()
    lost = crypto.not_opened_by()
    if lost:
        return fail(
            "encryption key",
            f"Cannot open secrets of: {secrets_in(lost)}",
            "Put the missing key back below the others in keys/encryption; if it is gone for "
            "good, `cornbread keys forget-lost`.",
            cannot_open=lost,
        )
    if len(settings.ENCRYPTION_KEYS) > 1:
        return ok(
            "encryption key",
            f"{len(settings.ENCRYPTION_KEYS)} keys open every secret; `cornbread keys rotate` "
            "and its --finish make them one",
        )
    return ok("encryption key", "opens every secret of this database")


def jobs() -> Finding:
    """Work that is due gets done."""
    from cornbread.foundation.models import Job, JobState

    moment = now()
    due = Job.objects.filter(state=JobState.READY, due_at__lte=moment).order_by()
    queues = due.values("queue").annotate(count=Count("id"), oldest=Min("due_at"))
    slowest = min(queues, key=lambda queue: queue["oldest"], default=None)
    count = sum(queue["count"] for queue in queues)
    age = (moment - slowest["oldest"]).total_seconds() if slowest else 0.0
    by_queue = {queue["queue"]: queue["count"] for queue in queues}
    figures = {"due": count, "oldest_s": round(age), "by_queue": by_queue}
    if slowest and age > _LATE.total_seconds():
        name = slowest["queue"]
        return warn(
            "jobs",
            f"{counted(count, 'job')} due, the oldest for {age / 60:.0f} minutes in {name}",
            "See that a worker runs (`cornbread run` or `cornbread work`); if it does, add one: "
            f"`cornbread work --queue {name} --threads 8`.",
            **figures,
        )
    return ok("jobs", f"{count} due now", **figures)


def dead() -> Finding:
    """No work was given up for good."""
    from cornbread.foundation.models import Job, JobState

    given_up = Job.objects.filter(state=JobState.DEAD).values("task").annotate(count=Count("id"))
    by_task = {row["task"]: row["count"] for row in given_up.order_by("-count")}
    if by_task:
        worst = next(iter(by_task))
        return warn(
            "dead letters",
            f"{counted(sum(by_task.values()), 'job')} given up, most often {worst}",
            "`cornbread jobs dead` or Settings, Failed jobs; replay them when the cause is mended.",
            by_task=by_task,
        )
    return ok("dead letters", "none", by_task={})


def channels() -> Finding:
    """Every connected channel is heard."""
    from cornbread.channels.models import Channel

    connected = Channel.objects.exclude(state=Channel.State.REMOVED)
    troubled = list(connected.exclude(trouble_code="").order_by("trouble_since"))
    count = connected.count()
    if troubled:
        first = troubled[0]
        return warn(
            "channels",
            f"{len(troubled)} of {count} have trouble; {first.name} since "
            f"{first.trouble_since:%Y-%m-%d %H:%M} UTC: {first.trouble}",
            "Open Settings, Channels: each says what it needs.",
            connected=count,
            trouble={channel.name: channel.trouble_code for channel in troubled},
        )
    return ok("channels", f"{count} connected, none with trouble", connected=count, trouble={})
