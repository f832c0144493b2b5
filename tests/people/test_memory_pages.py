"""Memories on the page of a person: source, age, end, and forgetting."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from cornbread.care.domain.rungs import MEMORY_AGE
from cornbread.foundation import clock
from cornbread.people import actions
from cornbread.people.domain.memories import RIPE_AFTER, age_in_days, ripe, ripe_in_days
from cornbread.people.models import Memory
from cornbread.team.models import Member
from tests.people.met_here import at, met
from tests.people_here import brand, owner_of, signed_in

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def ona() -> Member:
    return owner_of(brand())


@pytest.fixture
def browser(ona: Member) -> Client:
    return signed_in(ona)


@time_machine.travel(NOON, tick=False)
def test_something_is_remembered_with_its_source_age_and_end(ona: Member) -> None:
    browser = signed_in(ona)
    person = met(ona.workspace)
    data = {
        "memory-text": "Loves the cornbread",
        "memory-learned_from": "told the front desk",
        "memory-learned_at": "2026-04-03",
        "memory-months": "12",
    }
    answer = browser.post(at(ona, f"{person.pk}/memories/"), data, follow=True)
    words = " ".join(answer.content.decode().split())
    for said in ("Loves the cornbread", "told the front desk", "noted by Ona Weld"):
        assert said in words
    assert "31 days old: can be used for level 7" in words
    assert "4 May 2027" in words
    assert Memory.objects.get().learned_at == datetime(2026, 4, 3, 12, tzinfo=UTC)


@time_machine.travel(NOON, tick=False)
def test_a_memory_of_today_says_when_it_will_count(ona: Member) -> None:
    browser = signed_in(ona)
    person = met(ona.workspace)
    data = {"memory-text": "Sits at the window", "memory-months": "0"}
    answer = browser.post(at(ona, f"{person.pk}/memories/"), data, follow=True)
    words = " ".join(answer.content.decode().split())
    assert "new: counts for level 7 in 30 days" in words
    assert "kept until forgotten" in words


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"memory-text": " "}, "This field is required."),
        ({"memory-text": "x" * 501}, "at most 500 characters"),
        ({"memory-learned_at": "2999-01-01"}, "It cannot have been learned in the future."),
        ({"memory-learned_at": "soon"}, "Enter a valid date."),
        ({"memory-months": "7"}, "Select a valid choice."),
    ],
)
def test_a_memory_that_cannot_be_kept_stays_in_the_form(
    browser: Client, ona: Member, change: dict[str, str], said: str
) -> None:
    person = met(ona.workspace)
    typed = {"memory-text": "Sits there", "memory-learned_from": "in a <b>call</b>"}
    data = {**typed, "memory-months": "6", **change}
    answer = browser.post(at(ona, f"{person.pk}/memories/"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "in a &lt;b&gt;call&lt;/b&gt;" in page
    assert not Memory.objects.exists()


def test_a_memory_is_forgotten_after_a_question(browser: Client, ona: Member) -> None:
    person, other = met(ona.workspace), met(ona.workspace, "Jonas")
    memory = actions.remember(person.pk, "Loves cornbread", by=ona)
    page = browser.get(at(ona, f"{person.pk}/")).content.decode()
    assert f'data-opens="forget-{memory.pk}"' in page
    assert f'id="forget-{memory.pk}"' in page
    path = f"memories/{memory.pk}/forget/"
    assert browser.post(at(ona, f"{other.pk}/{path}")).status_code == 404
    answer = browser.post(at(ona, f"{person.pk}/{path}"), follow=True)
    assert "Loves cornbread" not in answer.content.decode()
    memory.refresh_from_db()
    assert memory.text == ""


def test_expired_memories_are_not_shown(browser: Client, ona: Member) -> None:
    person = met(ona.workspace)
    memory = actions.remember(person.pk, "Loves cornbread", by=ona)
    Memory.objects.filter(pk=memory.pk).update(expires_at=clock.now() - timedelta(minutes=1))
    assert "Loves cornbread" not in browser.get(at(ona, f"{person.pk}/")).content.decode()


def test_the_age_shown_is_the_age_that_levels_ask_for() -> None:
    assert RIPE_AFTER == MEMORY_AGE
    assert ripe(NOON - RIPE_AFTER, NOON)
    assert not ripe(NOON - RIPE_AFTER + timedelta(seconds=1), NOON)
    assert ripe_in_days(NOON - RIPE_AFTER + timedelta(seconds=1), NOON) == 1
    assert ripe_in_days(NOON - RIPE_AFTER * 2, NOON) == 0
    assert age_in_days(NOON - timedelta(hours=47), NOON) == 1
    assert age_in_days(NOON + timedelta(hours=1), NOON) == 0
