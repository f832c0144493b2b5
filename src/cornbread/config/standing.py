"""How things stand at this moment, asked of the database, the files and the stream."""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import Error
from django.db.models import Count, Min
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from cornbread.foundation import spool
from cornbread.foundation.clock import now
from cornbread.foundation.errors import Refusal
from cornbread.foundation.stream import Disturbed

Reading = Iterator[GaugeMetricFamily]
#: A stream that does not answer is not asked again for so long: scrapes must not wait for it.
STREAM_REST_S = 60.0
_stream_rests_until = 0.0


class Standing(Collector):
    """Reads every gauge anew; what cannot be read is missing, the others still come."""

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing beforehand, so that registering asks no database."""
        return []

    def collect(self) -> Reading:
        """All gauges that can be read."""
        for read in READINGS:
            try:
                yield from read()
            except (Error, OSError):
                continue


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"cornbread_{name}", text, labels=labels)


def jobs() -> Reading:
    """What waits in the queues, and what was given up."""
    from cornbread.foundation.models import Job, JobState

    moment = now()
    due = Job.objects.filter(state=JobState.READY, due_at__lte=moment).order_by()
    depth = _gauge("jobs_due", "Jobs that could run now.", "queue")
    age = _gauge("jobs_oldest_seconds", "How long the oldest of them has been due.", "queue")
    waiting = due.values_list("queue").annotate(Count("id"), Min("due_at"))
    found = {queue: (count, oldest) for queue, count, oldest in waiting}
    for queue in settings.TASKS["default"]["QUEUES"]:
        count, oldest = found.get(queue, (0, None))
        depth.add_metric([queue], count)
        age.add_metric([queue], (moment - oldest).total_seconds() if oldest else 0)
    yield depth
    yield age
    dead = _gauge("jobs_dead", "Jobs that were given up.")
    dead.add_metric([], Job.objects.filter(state=JobState.DEAD).count())
    yield dead


def deliveries() -> Reading:
    """Replies that are not sent yet, by state."""
    from cornbread.outbound.models import Delivery

    # Asked as the index of open ones is made, so that it is used.
    rows = Delivery.objects.exclude(state__in=["sent", "dropped"]).order_by().values_list("state")
    open_states = [one for one in Delivery.State if one not in ("sent", "dropped")]
    found = dict(rows.annotate(Count("id")))
    gauge = _gauge("deliveries", "Replies that have not arrived yet.", "state")
    for state in open_states:
        gauge.add_metric([state.value], found.get(state.value, 0))
    yield gauge


def channels() -> Reading:
    """Channels by network and whether they have trouble."""
    from cornbread.channels.models import Channel

    connected = Channel.objects.exclude(state=Channel.State.REMOVED)
    counts: dict[tuple[str, str], int] = {}
    for kind, trouble in connected.values_list("kind", "trouble_code"):
        key = (kind, "trouble" if trouble else "well")
        counts[key] = counts.get(key, 0) + 1
    gauge = _gauge("channels", "Connected channels.", "network", "state")
    for (kind, state), count in sorted(counts.items()):
        gauge.add_metric([kind, state], count)
    yield gauge


def spools() -> Reading:
    """What was handed in and waits to be taken in."""
    from cornbread.listening.receiving.spooling import root

    waiting = sum(
        spool.SpoolReader(one, lambda *_: None).waiting_bytes() for one in spool.directories(root())
    )
    gauge = _gauge("spool_bytes", "Handed-in posts that wait to be taken in.")
    gauge.add_metric([], waiting)
    yield gauge
    aside = _gauge("spool_set_aside", "Handed-in records that nothing could be done with.")
    aside.add_metric([], len(spool.all_set_aside(root())))
    yield aside


def stream() -> Reading:
    """The stream between listeners and intake workers, where there is one."""
    from cornbread.listening.streaming import sharing
    from cornbread.listening.streaming.state import state

    global _stream_rests_until
    if not sharing.wanted():
        return
    up = _gauge("stream_up", "Whether the stream server answers.")
    try:
        found = state() if time.monotonic() >= _stream_rests_until else None
    except (Refusal, Disturbed):
        _stream_rests_until = time.monotonic() + STREAM_REST_S
        found = None
    up.add_metric([], 0 if found is None else 1)
    yield up
    if found is None:
        return
    for name, text, value in (
        ("stream_waiting", "Messages that no worker has.", found.waiting),
        ("stream_held", "Messages that are being taken in.", found.held),
        ("stream_dead", "Messages that were given up.", found.dead),
        ("stream_bytes", "How much the stream holds.", found.bytes),
    ):
        gauge = _gauge(name, text)
        gauge.add_metric([], value)
        yield gauge


def storage() -> Reading:
    """Files: the database's, where it is one, and the room for more."""
    free = _gauge("disk_free_bytes", "Free space where CORNBREAD_HOME lies.")
    free.add_metric([], shutil.disk_usage(settings.HOME).free)
    yield free
    if not settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return
    file = Path(settings.DATABASES["default"]["NAME"])
    size = _gauge("sqlite_bytes", "Size of SQLite's files.", "file")
    for name, path in (("database", file), ("log", file.with_name(file.name + "-wal"))):
        size.add_metric([name], path.stat().st_size if path.exists() else 0)
    yield size


def matcher() -> Reading:
    """Which form of the matcher runs here."""
    from cornbread.listening.domain.matching import form

    gauge = _gauge("matcher_compiled", "Whether the compiled form of the matcher runs.")
    gauge.add_metric([], 1 if form() == "compiled" else 0)
    yield gauge


READINGS: tuple[Callable[[], Reading], ...] = (
    jobs,
    deliveries,
    channels,
    spools,
    stream,
    storage,
    matcher,
)
