"""What intake tells the metrics, once for every batch."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from cornbread.channels.domain.posts import Batch
from cornbread.channels.models import Channel
from cornbread.foundation import clock, metrics
from cornbread.listening.writing import Kept


class Counting:
    """A batch on its way into the database; ``kept`` is set when it is there."""

    kept = Kept()


@contextmanager
def counting(channel: Channel, batch: Batch) -> Iterator[Counting]:
    """Count a batch that is taken in within the block, also when that fails."""
    counted, began = Counting(), time.perf_counter()
    try:
        yield counted
    except Exception:
        _count(channel.kind, failed=len(batch.posts))
        raise
    kept = counted.kept
    _count(
        channel.kind,
        heard=len(batch.posts),
        kept=len(kept.heard),
        edited=len(kept.edited),
        deleted=len(kept.deleted),
    )
    metrics.BATCH_SECONDS.labels(channel.kind).observe(time.perf_counter() - began)
    if batch.posts:
        metrics.BATCH_POSTS.labels(channel.kind).observe(len(batch.posts))
        newest = max(post.created_at for post in batch.posts)
        lag = (clock.now() - newest).total_seconds()
        metrics.POST_LAG_SECONDS.labels(channel.kind).observe(max(lag, 0))


def _count(network: str, **outcomes: int) -> None:
    for outcome, count in outcomes.items():
        if count:
            metrics.POSTS.labels(network, outcome).inc(count)
