"""The thread store over kept mentions: what ``domain.placing`` asks, answered by two queries."""

from collections.abc import Iterable, Mapping

from cornbread.listening.domain.placing import Placement
from cornbread.listening.domain.threads import Record
from cornbread.listening.models import Mention

#: SQLite limits the variables of one statement.
CHUNK = 900


class MentionThreads:
    """Threads of one source in one workspace."""

    def __init__(self, workspace_id: int, source: str) -> None:
        self._mentions = Mention.objects.filter(workspace_id=workspace_id, source=source)
        # Said in these words, because only then do databases use the index of anchors.
        self._anchored = self._mentions.exclude(anchor="")

    def get(self, ids: Iterable[str], /) -> Mapping[str, Record]:
        """The stored records among these ids."""
        found: dict[str, Record] = {}
        for chunk in _chunks(ids):
            rows = self._mentions.filter(external_id__in=chunk).values_list(
                "external_id", "identity__external_id", "ours", "in_reply_to", "root", "anchor"
            )
            for id_, author, ours, parent, root, anchor in rows:
                found[id_] = Record(id_, author, not ours, parent or None, root, anchor or None)
        return found

    def awaited(self, ids: Iterable[str], /) -> set[str]:
        """Those of these ids that some stored record has as its root or its anchor."""
        found: set[str] = set()
        for chunk in _chunks(ids):
            # A post without a parent is its own root; only others were waiting for it.
            waiting = self._mentions.filter(root__in=chunk).order_by()
            found.update(waiting.values_list("root", flat=True).distinct())
            answers = self._anchored.filter(anchor__in=chunk).order_by()
            found.update(answers.values_list("anchor", flat=True).distinct())
        return found

    def apply(self, placement: Placement) -> list[int]:
        """Move stored mentions along; return our posts that may have found whom they answer."""
        for old, new in placement.root_moves:
            self._mentions.filter(root=old).update(root=new)
        answers: list[int] = []
        for old, anchor in placement.anchor_moves:
            waiting = self._anchored.filter(anchor=old)
            answers.extend(waiting.values_list("pk", flat=True))
            waiting.update(anchor=anchor or "")
        for chunk in _chunks(placement.anchors_found):
            answers.extend(self._anchored.filter(anchor__in=chunk).values_list("pk", flat=True))
        return sorted(set(answers))


def _chunks(ids: Iterable[str]) -> Iterable[list[str]]:
    every = list(ids)
    for start in range(0, len(every), CHUNK):
        yield every[start : start + CHUNK]
