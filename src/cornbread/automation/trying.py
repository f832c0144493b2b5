"""A dry run: what a rule would have done in the last seven days. Nothing changes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from cornbread.automation import queries
from cornbread.automation.domain.conditions import When, read_when
from cornbread.automation.domain.judging import Verdict, judge
from cornbread.automation.domain.triggers import Trigger
from cornbread.automation.gathering import Wanted, gather, names_of
from cornbread.care import queries as care
from cornbread.care.domain.timeline import EntryKind
from cornbread.care.models import Conversation, Entry
from cornbread.foundation import clock
from cornbread.team.models import Member

SPAN = timedelta(days=7)
#: The newest conversations that are looked at.
MOST = 1000
#: Of each kind, this many are shown with their reasons.
SHOWN = 20


@dataclass(frozen=True)
class Tried:
    """One conversation, and whether the rule would have fired."""

    conversation: Conversation
    verdict: Verdict

    @property
    def why(self) -> dict[str, Any]:
        """The verdict as plain values, as the log keeps it."""
        plain: dict[str, Any] = msgspec.to_builtins(self.verdict)
        return plain


@dataclass(frozen=True)
class Trial:
    """How many conversations had an occasion, on how many the rule would have fired, and which.

    ``reasons`` counts what kept it from firing. ``cut`` says that only the newest were looked at.
    """

    looked_at: int
    fires: int
    firing: list[Tried]
    passing: list[Tried]
    reasons: list[tuple[str, int]]
    cut: bool


def try_out(
    triggers: Sequence[str], wait_minutes: int | None, conditions: Any, *, seen_by: Member
) -> Trial:
    """Try conditions on the conversations of the last week, as they stand now.

    What was said is judged as of its own time; status, labels and who has it as they are now,
    since only the present state of those is at hand.
    """
    seen_by.require("automation.read")
    when = read_when(conditions)
    found = care.conversations(seen_by=seen_by).filter(last_at__gte=clock.now() - SPAN)
    rows = list(
        found.select_related("person", "identity", "channel").order_by("-last_at")[: MOST + 1]
    )
    wanted = _occasions({Trigger(one) for one in triggers}, wait_minutes, rows[:MOST])
    return _tried(when, wanted, rows, seen_by)


def try_rule(rule_id: int, *, seen_by: Member) -> Trial:
    """The same for a rule as it is saved."""
    rule = queries.rule(rule_id, seen_by=seen_by)
    return try_out(rule.triggers, rule.wait_minutes, rule.conditions, seen_by=seen_by)


def _tried(
    when: When, wanted: Sequence[Wanted], rows: Sequence[Conversation], seen_by: Member
) -> Trial:
    names = names_of(seen_by.workspace_id)
    by_id = {one.pk: one for one in rows}
    best: dict[int, Tried] = {}
    for one, facts in gather(seen_by.workspace_id, wanted).items():
        verdict = judge(when, facts, names)
        known = best.get(one.conversation_id)
        if known is None or (verdict.holds and not known.verdict.holds):
            best[one.conversation_id] = Tried(by_id[one.conversation_id], verdict)
    firing = [one for one in best.values() if one.verdict.holds]
    passing = [one for one in best.values() if not one.verdict.holds]
    reasons = Counter(
        words for one in passing for words in {reason.words for reason in one.verdict.missing}
    )
    return Trial(
        looked_at=len(best),
        fires=len(firing),
        firing=firing[:SHOWN],
        passing=passing[:SHOWN],
        reasons=reasons.most_common(10),
        cut=len(rows) > MOST,
    )


_KINDS = {
    Trigger.MESSAGE_IN: EntryKind.MESSAGE_IN,
    Trigger.MESSAGE_OUT: EntryKind.MESSAGE_OUT,
    Trigger.ASSIGNED: EntryKind.ASSIGNED,
    Trigger.LABELLED: EntryKind.LABELLED,
    Trigger.RESOLVED: EntryKind.STATUS_CHANGED,
    Trigger.REOPENED: EntryKind.MESSAGE_IN,
}


def _occasions(
    triggers: set[Trigger], wait_minutes: int | None, rows: Sequence[Conversation]
) -> list[Wanted]:
    """The occasions of the week in these conversations, as far as the timeline tells them."""
    since = clock.now() - SPAN
    ids = [one.pk for one in rows]
    kinds = {_KINDS[one].value for one in triggers if one in _KINDS}
    entries = Entry.objects.filter(conversation_id__among=ids, kind__in=kinds, at__gte=since)
    found = {
        Wanted(conversation_id, id_, at)
        for conversation_id, id_, at, kind, details in entries.values_list(
            "conversation_id", "pk", "at", "kind", "details"
        )
        if kind != EntryKind.STATUS_CHANGED or details.get("to") == "resolved"
    }
    for one in rows:
        if Trigger.OPENED in triggers and one.first_message_at and one.first_message_at >= since:
            found.add(Wanted(one.pk, 0, one.first_message_at))
        found |= _in_time(one, triggers, wait_minutes)
    return sorted(found)


def _in_time(one: Conversation, triggers: set[Trigger], wait_minutes: int | None) -> set[Wanted]:
    """Waits that are long enough now, or were until the first answer."""
    now = clock.now()
    found = set()
    spans = []
    if Trigger.WAITING in triggers and wait_minutes:
        spans.append(timedelta(minutes=wait_minutes))
    if Trigger.LEVEL_DROPPED in triggers:
        spans.append(timedelta(seconds=one.workspace.quick_s))
    for span in spans:
        if one.waiting_since and now - one.waiting_since >= span:
            found.add(Wanted(one.pk, 0, one.waiting_since + span))
        elif _answered_after(one, span) and one.first_message_at:
            found.add(Wanted(one.pk, 0, one.first_message_at + span))
    return found


def _answered_after(one: Conversation, span: timedelta) -> bool:
    begun, answered = one.first_message_at, one.first_answer_at
    return begun is not None and answered is not None and answered - begun >= span
