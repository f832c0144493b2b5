"""The thread store over kept mentions: what ``domain.placing`` asks, answered by two queries."""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import QuerySet

from cornbread.foundation.lookups import keyed
from cornbread.listening.domain.placing import Placement
from cornbread.listening.domain.threads import Record
from cornbread.listening.models import Mention


class MentionThreads:
    """Threads of one source in one workspace. ``absent`` are ids that are known not to be kept."""

    def __init__(
        self, workspace_id: int, source: str, absent: Collection[str] = frozenset()
    ) -> None:
        self._scope = {"workspace_id": workspace_id, "source": source}
        self._mentions = Mention.objects.filter(workspace_id=workspace_id, source=source)
        # Said in these words, because only then do databases use the index of anchors.
        self._anchored = self._mentions.exclude(anchor="")
        self._absent = absent

    def get(self, ids: Iterable[str], /) -> Mapping[str, Record]:
        """The stored records among these ids."""
        asked = [id_ for id_ in ids if id_ not in self._absent]
        if not asked:
            return {}
        rows = self._keyed("external_id", asked).values_list(
            "external_id", "identity__external_id", "ours", "in_reply_to", "root", "anchor"
        )
        return {
            id_: Record(id_, author, not ours, parent or None, root, anchor or None)
            for id_, author, ours, parent, root, anchor in rows
        }

    def awaited(self, ids: Iterable[str], /) -> set[str]:
        """Those of these ids that some stored record has as its root or its anchor."""
        asked = list(ids)
        # A post without a parent is its own root; only others were waiting for it.
        waiting = self._keyed("root", asked)
        answers = self._keyed("anchor", asked)
        found = set(waiting.values_list("root", flat=True).distinct())
        return found.union(answers.values_list("anchor", flat=True).distinct())

    def apply(self, placement: Placement) -> list[int]:
        """Move stored mentions along; return our posts that may have found whom they answer."""
        for old, new in placement.root_moves:
            self._mentions.filter(root=old).update(root=new)
        answers: list[int] = []
        for old, anchor in placement.anchor_moves:
            waiting = self._anchored.filter(anchor=old)
            answers.extend(waiting.values_list("pk", flat=True))
            waiting.update(anchor=anchor or "")
        if placement.anchors_found:
            found = self._keyed("anchor", placement.anchors_found)
            answers.extend(found.values_list("pk", flat=True))
        return sorted(set(answers))

    def _keyed(self, name: str, values: Collection[str]) -> QuerySet[Mention]:
        found = Mention.objects.filter(keyed(Mention, name, values, **self._scope))
        return found.order_by()
