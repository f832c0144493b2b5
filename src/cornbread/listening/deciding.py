"""Which posts of a batch are kept: those wanted for themselves, and those that hang on a kept one.

A post that hangs on one nobody has seen yet is held, and comes along when that one is kept: so
the same is kept in whatever order a thread is heard.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

from cornbread.channels.domain.posts import HeardPost
from cornbread.channels.models import Channel
from cornbread.foundation.lookups import keyed
from cornbread.listening.domain.intake import (
    Candidate,
    by_awaited,
    following,
    in_rounds,
    wanted,
    with_languages,
)
from cornbread.listening.domain.language import detect
from cornbread.listening.holding import hold, release
from cornbread.listening.models import Mention

Stages = Callable[[Iterable[HeardPost]], list[Candidate]]


class Deciding:
    """Decides over a batch. What needs no database is done at once, the rest when it is called,
    which belongs into the turn to write: nobody keeps what this depends on meanwhile.
    """

    def __init__(self, channel: Channel, every: Sequence[Candidate], stages: Stages) -> None:
        self._channel = channel
        self._stages = stages
        self._wanted = with_languages([one for one in every if wanted(one)], detect)
        self._awaited = by_awaited(one for one in every if not wanted(one))

    def __call__(self) -> list[list[Candidate]]:
        """What is kept, in rounds; hold what may be wanted later, and take what was held."""
        awaited = dict(self._awaited)
        fresh = {one.post.external_id for one in self._wanted}
        known = _kept_of(self._channel, awaited.keys() - fresh)
        more = following([*known, *fresh], awaited)
        along = list(more)
        seen = fresh = fresh | _ids(more)
        while held := release(self._channel, fresh):
            more = self._stages(held)
            more += following(_ids(more), awaited)
            along += more
            fresh = _ids(more) - seen
            seen = seen | fresh
        hold(self._channel, {id_: [one.post for one in rest] for id_, rest in awaited.items()})
        return in_rounds([*self._wanted, *with_languages(along, detect)])


def _ids(candidates: Iterable[Candidate]) -> set[str]:
    return {one.post.external_id for one in candidates}


def _kept_of(channel: Channel, ids: Collection[str]) -> set[str]:
    """Which of these posts are kept already."""
    if not ids:
        return set()
    scope = {"workspace_id": channel.workspace_id, "source": channel.source}
    found = Mention.objects.filter(keyed(Mention, "external_id", ids, **scope))
    return set(found.values_list("external_id", flat=True))
