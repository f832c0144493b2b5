"""What this installation does, counted for Prometheus.

Web server, listener and worker are several processes: each counts in files of its own below
CORNBREAD_HOME, and ``/metrics`` adds them up. Counting is done for a batch, a job or a request,
never for a single post. docs/howto/operate.md lists every metric; a test compares.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.HOME) / "metrics"
FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
# The library looks at this once, when it is imported.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

#: Files of ended processes that are kept: what they counted still counts.
MOST_ENDED = 200

_names = CollectorRegistry()
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0)
_SIZES = (1, 5, 25, 100, 250, 500, 1000, 2500)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(name, text, labels, namespace="cornbread", registry=_names)


def _histogram(name: str, text: str, buckets: Iterable[float], *labels: str) -> Histogram:
    return Histogram(
        name, text, labels, namespace="cornbread", registry=_names, buckets=tuple(buckets)
    )


POSTS = _counter("posts", "Posts by what became of them.", "network", "outcome")
HELD_POSTS = _counter(
    "held_posts", "Posts that wait for what they hang on, by what became of them.", "outcome"
)
BATCH_POSTS = _histogram("batch_posts", "Posts in one write.", _SIZES, "network")
BATCH_SECONDS = _histogram(
    "batch_seconds", "From a batch at hand to its commit.", (*_FAST, 60.0), "network"
)
POST_LAG_SECONDS = _histogram(
    "post_lag_seconds",
    "From the writing of a batch's newest post to its commit.",
    _SLOW,
    "network",
)
REACTION_SECONDS = _histogram(
    "reaction_seconds", "From an event to the end of a reaction to it.", _SLOW, "reaction"
)
JOBS = _counter("jobs", "Runs of jobs by how they ended.", "queue", "outcome")
JOB_SECONDS = _histogram("job_seconds", "How long a run of a job took.", (*_FAST, 60.0), "queue")
DELIVERIES = _counter("delivery_moves", "Deliveries that came into a state.", "state")
REQUESTS = _counter("http_requests", "Requests by the class of their status.", "status")
REQUEST_SECONDS = _histogram("http_request_seconds", "How long requests took.", _FAST)
MATCHER_BUILD_SECONDS = _histogram(
    "matcher_build_seconds", "Compiling the watches of a workspace.", (*_FAST, 60.0)
)
LIVE_PAGES = Gauge(
    "live_pages",
    "Open pages that hear live events.",
    namespace="cornbread",
    registry=_names,
    multiprocess_mode="livesum",
)
MATCHER_WATCHES = Gauge(
    "matcher_watches",
    "Watches that are matched, of all workspaces.",
    namespace="cornbread",
    registry=_names,
    multiprocess_mode="livemax",
)


def counted() -> list[MetricWrapperBase]:
    """Every metric that processes count."""
    return [one for one in globals().values() if isinstance(one, MetricWrapperBase)]


def exposition(*asked_now: Collector) -> bytes:
    """All metrics as Prometheus reads them: what was counted, and what is asked at this moment."""
    _forget_ended()
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(FOLDER))  # type: ignore[no-untyped-call]
    for one in asked_now:
        registry.register(one)
    return generate_latest(registry)


def observed(name: str, up_to: float) -> tuple[int, int]:
    """How often a histogram was fed since the start, and how often with at most ``up_to``."""
    registry = CollectorRegistry()
    total = quick = 0.0
    for family in MultiProcessCollector(registry, path=str(FOLDER)).collect():  # type: ignore[no-untyped-call]
        for sample in family.samples if family.name == name else ():
            total += sample.value if sample.name.endswith("_count") else 0
            quick += sample.value if sample.labels.get("le") == str(up_to) else 0
    return int(total), int(quick)


def _forget_ended() -> None:
    """An ended process has no open pages; its counts stay, of the latest ended ones."""
    ended: list[tuple[float, Path]] = []
    for file in FOLDER.glob("*.db"):
        number = file.stem.rpartition("_")[2]
        if number.isdecimal() and not _is_alive(int(number)):
            with suppress(FileNotFoundError):  # somebody else looks after them as well
                ended.append((file.stat().st_mtime, file))
    ended.sort(reverse=True)
    for place, (_, file) in enumerate(ended):
        if file.name.startswith("gauge_live") or place >= MOST_ENDED:
            file.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
