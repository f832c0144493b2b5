"""The brand's settings: its clock, what counts as quick, and the log of changes."""

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cornbread.foundation.errors import Invalid
from cornbread.team import actions, queries
from cornbread.team.actions.audit import record
from cornbread.team.domain.durations import Unit, in_units, in_words
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests.people_here import brand, member, owner_of, signed_in

SETTINGS = "/w/red-kite-rail/settings/"
FORM = {
    "name": "Red Kite Rail",
    "time_zone": "Europe/London",
    "quick_number": "1",
    "quick_unit": "hours",
    "slow_number": "2",
    "slow_unit": "days",
    "late_number": "7",
    "late_unit": "days",
    "expand_links": "on",
}


@pytest.fixture
def owner(db: None) -> Member:
    return owner_of(brand())


@pytest.fixture
def browser(owner: Member) -> Client:
    return signed_in(owner)


@given(st.integers(1, 9999), st.sampled_from(Unit))
def test_a_length_of_time_is_shown_without_loss(number: int, unit: Unit) -> None:
    shown, shown_unit = in_units(number * unit.seconds)
    assert shown * shown_unit.seconds == number * unit.seconds


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=24), "24 hours"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_a_length_of_time_is_said_as_people_say_it(length: timedelta, words: str) -> None:
    assert in_words(int(length.total_seconds())) == words


def test_thresholds_are_set_in_human_units(browser: Client, owner: Member) -> None:
    assert 'value="30"' in browser.get(SETTINGS).content.decode()
    assert browser.post(f"{SETTINGS}change/", FORM).status_code == 302
    workspace = owner.workspace
    workspace.refresh_from_db()
    assert (workspace.quick_s, workspace.slow_s) == (3_600, 172_800)
    assert workspace.time_zone == "Europe/London"
    assert "within <strong>1 hour</strong>" in browser.get(SETTINGS).content.decode()


def test_slow_has_to_be_longer_than_quick(browser: Client, owner: Member) -> None:
    answer = browser.post(f"{SETTINGS}change/", {**FORM, "slow_number": "1", "slow_unit": "hours"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "id_slow_number_error" in page
    assert "Slow has to be longer than quick." in page
    owner.workspace.refresh_from_db()
    assert owner.workspace.quick_s == 1_800


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quick_s": 0}, "quick_s"),
        ({"slow_s": 10**9}, "slow_s"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_what_makes_no_sense_is_refused(owner: Member, change: dict[str, int], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        actions.change_workspace(by=owner, **change)  # type: ignore[arg-type]
    assert field in refused.value.fields


def test_times_are_told_in_the_brands_time_zone(browser: Client, owner: Member) -> None:
    actions.change_workspace(by=owner, time_zone="Asia/Tokyo")
    assert "JST" in browser.get(f"{SETTINGS}log/").content.decode()


def test_everybody_may_know_the_clocks_but_not_change_them(client: Client, owner: Member) -> None:
    for role in (Role.AGENT, Role.PARTNER):
        theirs = signed_in(member(owner.workspace, role))
        page = theirs.get(SETTINGS).content.decode()
        assert "within 30 minutes" in page
        assert "settings-form" not in page
        assert theirs.post(f"{SETTINGS}change/", FORM).status_code == 403
    other = signed_in(owner_of(brand("Hearth Inns")))
    assert other.get(SETTINGS).status_code == 404
    assert other.post(f"{SETTINGS}change/", FORM).status_code == 404
    assert client.post(f"{SETTINGS}change/", FORM).headers["Location"].startswith("/accounts/")


def test_the_log_tells_who_changed_what(browser: Client, owner: Member) -> None:
    lee = member(owner.workspace, Role.AGENT, "Lee Brandt")
    actions.change_member(lee.pk, by=owner, active=False)
    page = browser.get(f"{SETTINGS}log/").content.decode()
    assert "Member changed" in page
    assert "Lee Brandt" in page
    assert "role: agent; active: no" in page


def test_the_log_is_turned_page_by_page_without_gaps(owner: Member) -> None:
    for number in range(7):
        record(owner.workspace_id, owner, "thing.done", f"thing:{number}")
    first = queries.audit_page(seen_by=owner, limit=3)
    second = queries.audit_page(seen_by=owner, limit=3, before=first.entries[-1].pk)
    assert (first.newer, first.older) == (False, True)
    assert [one.subject for one in first.entries] == ["thing:6", "thing:5", "thing:4"]
    assert [one.subject for one in second.entries] == ["thing:3", "thing:2", "thing:1"]
    back = queries.audit_page(seen_by=owner, limit=3, after=second.entries[0].pk)
    assert back == first
    beyond = queries.audit_page(seen_by=owner, before=1)
    assert (beyond.entries, beyond.newer, beyond.older) == ([], False, False)


def test_the_log_is_not_for_strangers_other_brands_and_partners(
    client: Client, owner: Member, browser: Client
) -> None:
    log = f"{SETTINGS}log/"
    assert client.get(log).status_code == 302
    assert signed_in(owner_of(brand("Hearth Inns"))).get(log).status_code == 404
    assert signed_in(member(owner.workspace, Role.PARTNER)).get(log).status_code == 403
    assert browser.get(f"{log}?before=99999999999999999999&after=x").status_code == 200
