"""Steps on many conversations at once, and taking them back."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cornbread.care import actions as care
from cornbread.care.domain import changes
from cornbread.care.domain.changes import Before, step_of
from cornbread.care.domain.status import Command, after_command
from cornbread.care.domain.timeline import Priority, Status
from cornbread.care.models import Change, Changed, Conversation
from cornbread.care.queries import Filters
from cornbread.care.showing.changes import report
from cornbread.care.tasks import forget_changes
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotAllowed, NotFound, Refusal, Stale
from cornbread.foundation.jobs import drain
from cornbread.team.actions import create_team
from cornbread.team.domain.permissions import Role
from tests.care import brand as brands
from tests.care.brand import Brand

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
COMMANDS = {
    changes.Resolve: Command.RESOLVE,
    changes.Reopen: Command.REOPEN,
    changes.Pend: Command.PEND,
    changes.Snooze: Command.SNOOZE,
}
moments = st.datetimes(datetime(2026, 5, 1), datetime(2026, 5, 9), timezones=st.just(UTC))
befores = st.one_of(
    st.sampled_from([Status.OPEN, Status.PENDING, Status.RESOLVED]).map(Before),
    moments.map(lambda until: Before(Status.SNOOZED, until)),
)
later = st.just(changes.Snooze(NOW + timedelta(days=30)))
statuses = st.sampled_from([changes.Resolve(), changes.Reopen(), changes.Pend()]) | later
names = st.text(min_size=1, max_size=20).filter(lambda name: name.strip())
steps = (
    statuses
    | st.builds(changes.Assign, st.none() | st.integers(1, 99))
    | st.builds(changes.HandOver, st.none() | st.integers(1, 99))
    | st.builds(changes.PutLabel, names)
    | st.builds(changes.TakeLabel, names)
    | st.builds(changes.Prioritise, st.sampled_from(Priority))
)


@given(steps)
def test_a_step_is_read_as_it_was_stored(step: changes.Step) -> None:
    assert step_of(msgspec.to_builtins(step)) == step


@given(statuses, befores)
def test_what_is_taken_back_stands_where_it_stood(step: changes.Step, before: Before) -> None:
    try:
        status = _after(step, before.status)
    except Refusal:
        return
    for back in changes.taking_back(step, before, now=NOW):
        status = _after(back, status)
    over = before.snoozed_until is not None and before.snoozed_until <= NOW
    assert status == (Status.OPEN if over else before.status)


def _after(step: changes.Step, status: Status) -> Status:
    until = step.until if isinstance(step, changes.Snooze) else None
    return after_command(status, COMMANDS[type(step)], now=NOW, until=until)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"do": "delete"},
        {"do": "label", "name": " "},
        {"do": "assign", "to": "lee"},
        {"do": "snooze"},
        {"do": "snooze", "until": "2026-05-04T09:00:00"},
    ],
)
def test_a_step_that_makes_no_sense_is_refused_in_words(values: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        step_of(values)
    assert refused.value.fields


@pytest.fixture
def brand(db: None) -> Brand:
    return brands.found()


def three(brand: Brand) -> list[int]:
    return [brand.hears(f"Post {n}", who=f"Person {n}", ago=n).pk for n in range(1, 4)]


def words(change: Change, brand: Brand) -> str:
    change.refresh_from_db()
    return report(change, seen_by=brand.owner).words


def status_of(*ids: int) -> list[str]:
    found = dict(Conversation.objects.filter(pk__in=ids).values_list("pk", "status"))
    return [found[id_] for id_ in ids]


def test_what_was_so_already_is_counted_apart(brand: Brand) -> None:
    ids = three(brand)
    care.resolve(ids[0], by=brand.owner)
    made = care.change_many(changes.Resolve(), ids, by=brand.owner)
    assert words(made, brand) == "2 resolved. 1 was already resolved."
    assert status_of(*ids) == ["resolved"] * 3


def test_what_is_refused_is_named_with_its_reason(brand: Brand) -> None:
    ids = three(brand)
    care.resolve(ids[1], by=brand.owner)
    made = care.change_many(changes.Pend(), ids, by=brand.owner)
    told = report(made, seen_by=brand.owner)
    assert told.words == "2 waiting for the customer. 1 was refused."
    assert [(one.pk, why) for one, why in told.kept] == [
        (ids[1], "This conversation is resolved. Reopen it first if you wait for the customer.")
    ]


@pytest.mark.parametrize(
    "step",
    [
        changes.Resolve(),
        changes.Pend(),
        changes.Snooze(datetime(2099, 1, 1, tzinfo=UTC)),
        changes.PutLabel("refund"),
        changes.TakeLabel("Refund"),
        changes.Prioritise(Priority.URGENT),
    ],
)
def test_undo_restores_how_each_stood(brand: Brand, step: changes.Step) -> None:
    ids = three(brand)
    care.create_label("refund", by=brand.owner)
    care.label(ids[0], "refund", by=brand.owner)
    care.snooze(ids[1], until=datetime(2098, 1, 1, tzinfo=UTC), by=brand.owner)
    care.set_pending(ids[2], by=brand.owner)
    before = [_standing(id_) for id_ in ids]
    made = care.change_many(step, ids, by=brand.owner)
    assert [_standing(id_) for id_ in ids] != before
    care.undo(made.pk, by=brand.owner)
    assert [_standing(id_) for id_ in ids] == before


def _standing(id_: int) -> tuple[object, ...]:
    one = Conversation.objects.get(pk=id_)
    labels = sorted(label.name for label in one.labels.all())
    return one.status, one.snoozed_until, one.assignee_id, one.team_id, one.priority, labels


def test_undo_gives_each_back_to_whom_it_was_taken_from(brand: Brand) -> None:
    ids, lee = three(brand), brand.colleague("Lee")
    night = create_team("Night desk", by=brand.owner)
    care.assign(ids[0], to=brand.owner.pk, by=brand.owner)
    assigned = care.change_many(changes.Assign(lee.pk), ids, by=brand.owner)
    handed = care.change_many(changes.HandOver(night.pk), ids, by=brand.owner)
    assert words(assigned, brand) == "3 assigned to Lee."
    assert words(handed, brand) == "3 given to Night desk."
    care.undo(handed.pk, by=brand.owner)
    assert Conversation.objects.filter(pk__in=ids, team=None).count() == 3


def test_undo_leaves_what_somebody_touched_since_and_says_so(brand: Brand) -> None:
    ids, lee = three(brand), brand.colleague("Lee")
    made = care.change_many(changes.Resolve(), ids, by=brand.owner)
    care.reopen(ids[0], by=lee)
    care.resolve(ids[0], by=lee)
    care.note(ids[1], "Looks fine.", by=lee)
    care.undo(made.pk, by=brand.owner)
    assert status_of(*ids) == ["resolved", "open", "open"]
    told = report(Change.objects.get(pk=made.pk), seen_by=brand.owner)
    assert told.words == "2 taken back. 1 stays as it is."
    assert [(one.pk, why) for one, why in told.kept] == [(ids[0], "Lee changed it since.")]


def test_undo_leaves_what_the_customer_wrote_to_since(brand: Brand) -> None:
    one = brand.hears("Where is it?", external_id="w1")
    made = care.change_one(changes.Resolve(), one.pk, by=brand.owner)
    brand.hears("Hello?", external_id="w2", in_reply_to="w1", ago=0)
    care.undo(made.pk, by=brand.owner)
    assert Changed.objects.get(change=made).trouble.endswith("wrote since.")


def test_undo_leaves_what_came_back_by_itself(brand: Brand) -> None:
    one = brand.hears("Where is it?")
    until = clock.now() + timedelta(minutes=1)
    made = care.change_one(changes.Snooze(until), one.pk, by=brand.owner)
    Conversation.objects.filter(pk=one.pk).update(status="open")
    care.undo(made.pk, by=brand.owner)
    assert Changed.objects.get(change=made).trouble == "It came back by itself since."


def test_one_that_cannot_be_done_is_refused_as_ever(brand: Brand) -> None:
    one = brand.hears("Where is it?")
    care.resolve(one.pk, by=brand.owner)
    with pytest.raises(Refusal) as refused:
        care.change_one(changes.Resolve(), one.pk, by=brand.owner)
    assert refused.value.reason == "already_resolved"
    assert not Change.objects.exists()


def test_a_change_is_taken_back_once_and_in_time_by_who_made_it(brand: Brand) -> None:
    one, lee = brand.hears("Where is it?"), brand.colleague("Lee")
    made = care.change_one(changes.Resolve(), one.pk, by=brand.owner)
    with pytest.raises(NotFound):
        care.undo(made.pk, by=lee)
    care.undo(made.pk, by=brand.owner)
    with pytest.raises(Invalid, match="already"):
        care.undo(made.pk, by=brand.owner)
    again = care.change_one(changes.Resolve(), one.pk, by=brand.owner)
    long_ago = clock.now() - timedelta(minutes=1)
    Change.objects.filter(pk=again.pk).update(finished_at=long_ago)
    with pytest.raises(Invalid, match="half a minute"):
        care.undo(again.pk, by=brand.owner)
    assert status_of(one.pk) == ["resolved"]


def test_nobody_changes_what_they_may_not_know_of(brand: Brand) -> None:
    ids, other = three(brand), brands.found("Blue Heron Inns")
    partner = brand.colleague("Pat", Role.PARTNER)
    analyst = brand.colleague("Ann", Role.ANALYST)
    for stranger in (other.owner, partner):
        with pytest.raises(Invalid, match="not given to your team"):
            care.change_many(changes.Resolve(), ids, by=stranger)
    with pytest.raises(NotAllowed):
        care.change_many(changes.Resolve(), ids, by=analyst)
    assert status_of(*ids) == ["open"] * 3


def test_a_partner_who_gave_them_away_is_told_that_they_stay(brand: Brand) -> None:
    one, partner = brand.hears("Where is it?"), brand.colleague("Pat", Role.PARTNER)
    care.assign(one.pk, to=partner.pk, by=brand.owner)
    made = care.change_many(changes.Assign(None), [one.pk], by=partner)
    care.undo(made.pk, by=partner)
    assert Changed.objects.get(change=made).outcome == "kept"


def test_all_that_match_are_changed_only_as_many_as_were_agreed_to(brand: Brand) -> None:
    ids = three(brand)
    care.resolve(ids[0], by=brand.owner)
    opened = Filters(status="open")
    with pytest.raises(Stale) as refused:
        care.change_matching(changes.Resolve(), opened, expected=3, by=brand.owner)
    assert refused.value.fields == {"expected": "2"}
    care.change_matching(changes.Resolve(), opened, expected=2, by=brand.owner)
    assert status_of(*ids) == ["resolved"] * 3
    with pytest.raises(Invalid, match="No conversation"):
        care.change_matching(changes.Resolve(), opened, expected=0, by=brand.owner)


def test_many_are_done_by_a_job_which_can_be_stopped_and_taken_back(
    brand: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cornbread.care.actions.changes.AT_ONCE", 2)
    monkeypatch.setattr("cornbread.care.actions.changes.PORTION", 2)
    ids = three(brand)
    made = care.change_many(changes.Resolve(), ids, by=brand.owner)
    assert words(made, brand) == "0 of 3 resolved so far."
    assert report(made, seen_by=brand.owner).running
    drain()
    assert words(made, brand) == "3 resolved."
    care.undo(made.pk, by=brand.owner)
    assert words(made, brand) == "0 taken back so far."
    drain()
    assert words(made, brand) == "3 taken back."
    assert status_of(*ids) == ["open"] * 3
    stopped = care.change_many(changes.Resolve(), ids, by=brand.owner)
    care.undo(stopped.pk, by=brand.owner)
    drain()
    assert words(stopped, brand) == "Stopped."
    assert status_of(*ids) == ["open"] * 3


@pytest.mark.parametrize("ids", [[], list(range(1, 10_002))])
def test_neither_none_nor_too_many_are_chosen(brand: Brand, ids: list[int]) -> None:
    with pytest.raises(Invalid, match="Choose between"):
        care.change_many(changes.Resolve(), ids, by=brand.owner)


def test_changes_are_forgotten_after_a_day(brand: Brand) -> None:
    one = brand.hears("Where is it?")
    old = care.change_one(changes.Resolve(), one.pk, by=brand.owner)
    Change.objects.update(created_at=clock.now() - timedelta(days=2))
    new = care.change_one(changes.Reopen(), one.pk, by=brand.owner)
    forget_changes.call()
    assert list(Change.objects.all()) == [new] != [old]


HTMX = {"HX-Request": "true"}


def press(brand: Brand, step: str, **values: object) -> str:
    answer = brand.client().post(brand.url("changes/"), {"step": step, **values}, headers=HTMX)
    assert answer.status_code == 200, answer.headers.get("X-Refusal")
    return answer.content.decode()


def test_the_bar_says_what_was_done_and_takes_it_back(brand: Brand) -> None:
    ids = three(brand)
    page = press(brand, "resolve", ids=",".join(map(str, ids)))
    assert "3 resolved." in page
    made = Change.objects.get()
    assert "Undo" in page
    undone = brand.client().post(brand.url(f"changes/{made.pk}/undo/"), headers=HTMX)
    assert "3 taken back." in undone.content.decode()
    assert "in-undo-button" not in undone.content.decode()
    assert status_of(*ids) == ["open"] * 3


@pytest.mark.parametrize("step", ["snooze tomorrow", "priority high", "label two words", "team "])
def test_every_button_of_the_bar_says_its_step(brand: Brand, step: str) -> None:
    one = brand.hears("Where is it?")
    care.create_label("two words", by=brand.owner)
    press(brand, step, ids=str(one.pk))
    assert Changed.objects.get().outcome in ("done", "already")


def test_all_that_match_are_counted_before_and_agreed_to(brand: Brand) -> None:
    ids = three(brand)
    care.assign(ids[0], to=brand.owner.pk, by=brand.owner)
    told = brand.client().get(brand.url("matching/?folder=unassigned")).json()
    assert told["number"] == 2
    press(brand, "resolve", expected="2", query="?folder=unassigned")
    assert status_of(*ids) == ["open", "resolved", "resolved"]


def test_one_conversation_can_be_taken_back_as_well(brand: Brand) -> None:
    one = brand.hears("Where is it?")
    answer = brand.client().post(brand.url(f"{one.pk}/status/resolve/"), headers=HTMX)
    made = Change.objects.get()
    assert brand.url(f"changes/{made.pk}/") in answer.headers["HX-Trigger"]
    shown = brand.client().get(brand.url(f"changes/{made.pk}/"), headers=HTMX)
    assert "Resolved." in shown.content.decode()
