"""From occasions to firings: which rules hold, each once, and then each in its own transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from cornbread.automation import gathering
from cornbread.automation.carrying_out import Actor, perform
from cornbread.automation.domain import loops
from cornbread.automation.domain.facts import Names
from cornbread.automation.domain.holding import Fits, holds
from cornbread.automation.domain.judging import Verdict, judge
from cornbread.automation.domain.triggers import Occasion
from cornbread.automation.gathering import Wanted, gather
from cornbread.automation.models import Firing, Rule
from cornbread.automation.ready import Ready, compiled, ready_rules, steps_of
from cornbread.foundation import clock
from cornbread.foundation.jobs import enqueue, job
from cornbread.team.domain.actors import Automation

#: Firings carried out by one job.
PORTION = 50
State = Firing.State
Asked = tuple[Ready, Occasion]


def consider(
    workspace_id: int,
    occasions: Iterable[Occasion],
    *,
    chain: Sequence[int] = (),
    only: Ready | None = None,
) -> int:
    """Let rules that hold on these occasions fire, each once; return how many are new.

    Runs in the caller's transaction, in a fixed number of queries however many occasions there
    are. ``chain`` are the rules that brought them about; ``only`` asks one rule alone.
    """
    rules = compiled((only,)) if only else ready_rules(workspace_id)
    asked = [
        (rule, occasion)
        for occasion in occasions
        for rule in rules.all
        if occasion.trigger in rule.triggers and loops.may_follow(rule.id, chain)
    ]
    if not asked:
        return 0
    rows = _held(workspace_id, asked, chain, rules.fits())
    if not rows:
        return 0
    Firing.objects.bulk_create(rows, ignore_conflicts=True)
    due = Firing.objects.filter(
        workspace_id=workspace_id,
        state=State.DUE,
        rule_id__in={row.rule_id for row in rows},
        conversation_id__among=list({row.conversation_id for row in rows}),
    )
    ids = list(due.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(ids), PORTION):
        enqueue(carry_out, ids[at : at + PORTION], workspace_id=workspace_id)
    return len(ids)


def _held(
    workspace_id: int, asked: Sequence[Asked], chain: Sequence[int], fits: Fits
) -> list[Firing]:
    now = clock.now()
    wanted = {
        occasion: Wanted(occasion.conversation_id, occasion.entry_id, now) for _, occasion in asked
    }
    facts = gather(workspace_id, set(wanted.values()))
    held = [
        (rule, occasion, known)
        for rule, occasion in asked
        if (known := facts.get(wanted[occasion])) is not None and holds(rule.when, known, fits)
    ]
    if not held:
        return []
    stopped = _stopped(workspace_id, [(rule, occasion) for rule, occasion, _ in held])
    names = gathering.names_of(workspace_id)
    return [
        _firing(
            workspace_id, rule, occasion, judge(rule.when, known, names), now, [*chain, rule.id]
        )
        for rule, occasion, known in held
        if (rule.id, occasion.conversation_id) not in stopped
    ]


def _firing(
    workspace_id: int,
    rule: Ready,
    occasion: Occasion,
    verdict: Verdict,
    at: datetime,
    chain: list[int],
) -> Firing:
    return Firing(
        workspace_id=workspace_id,
        rule_id=rule.id,
        conversation_id=occasion.conversation_id,
        trigger=occasion.trigger,
        key=occasion.key,
        at=at,
        why=msgspec.to_builtins(verdict),
        chain=chain,
    )


def _stopped(workspace_id: int, asked: Sequence[Asked]) -> set[tuple[int, int]]:
    """Rules that ran away on a conversation since they were switched on stay off for it."""
    since = {rule.id: rule.since for rule, _ in asked}
    found = Firing.objects.filter(
        workspace_id=workspace_id,
        state=State.STOPPED,
        rule_id__in=list(since),
        conversation_id__among=list({occasion.conversation_id for _, occasion in asked}),
    )
    return {
        (rule_id, conversation_id)
        for rule_id, conversation_id, at in found.values_list("rule_id", "conversation_id", "at")
        if (begun := since[rule_id]) is None or at >= begun
    }


@job(queue="reactions")
def carry_out(firing_ids: list[int], *, workspace_id: int) -> None:
    """Do what rules say, each firing in one transaction with the note that it is done."""
    names = gathering.names_of(workspace_id)
    for firing_id in firing_ids:
        _carry_out(firing_id, workspace_id, names)


@transaction.atomic
def _carry_out(firing_id: int, workspace_id: int, names: Names) -> None:
    firing = (
        Firing.objects.select_for_update(of=("self",))
        .select_related("rule__keeper__user", "rule__keeper__workspace")
        .filter(pk=firing_id, workspace_id=workspace_id, state=State.DUE)
        .first()
    )
    if firing is None:
        return
    why_not = _why_not(firing)
    if why_not:
        firing.state, firing.done = why_not[0], [{"words": why_not[1], "ok": False}]
    else:
        _do(firing, names)
    firing.save(update_fields=["state", "done"])


def _do(firing: Firing, names: Names) -> None:
    rule = firing.rule
    assert rule.keeper is not None  # noqa: S101 - _why_not has looked
    by = rule.keeper.lent_to(Automation(rule.name, tuple(firing.chain)))
    actor = Actor(by=by, names=names, sends=rule.sends, firing=firing)
    results = [
        perform(step, firing.conversation_id, actor, number=number)
        for number, step in enumerate(steps_of(rule.steps))
    ]
    firing.done = [one.stored() for one in results]
    done = sum(one.ok for one in results)
    firing.state = State.DONE if done == len(results) else State.PARTLY if done else State.REFUSED


def _why_not(firing: Firing) -> tuple[State, str] | None:
    rule: Rule = firing.rule
    if not rule.active:
        return State.REFUSED, "The rule was switched off before it came to this."
    keeper = rule.keeper
    if keeper is None or not keeper.active:
        return State.REFUSED, "Who kept this rule has left. Save it, and it runs with your rights."
    if not keeper.may("automation.write"):
        return State.REFUSED, f"{keeper} may not keep rules any more. Save it to keep it yourself."
    if loops.runs_away(_fired_lately(rule.pk, firing.conversation_id)):
        return (
            State.STOPPED,
            f"Fired {loops.MOST_FIRINGS} times within an hour on this conversation, so the rule "
            "is switched off for it. Switch the rule off and on to let it try again.",
        )
    return None


def _fired_lately(rule_id: int, conversation_id: int) -> int:
    """How often a rule fired on a conversation within the span of the loop guard."""
    gone = [State.DUE, State.STOPPED]
    since = clock.now() - loops.SPAN
    found = Firing.objects.filter(rule_id=rule_id, conversation_id=conversation_id, at__gt=since)
    return found.exclude(state__in=gone).count()
