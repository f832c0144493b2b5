"""The pages of opening hours and promises, and what a conversation shows of them."""

import re

import pytest

from cornbread.care import actions as care
from cornbread.care.actions import Terms
from cornbread.care.domain.promises import Goal, Target
from cornbread.care.models import Calendar, SlaPolicy
from cornbread.foundation.jobs import drain
from cornbread.team.domain.permissions import Role
from tests.care import brand
from tests.care.brand import Brand

pytestmark = pytest.mark.django_db

HOURS = {
    "name": "Desk",
    "zone": "Europe/Berlin",
    "from_0": ["09:00", "13:00"],
    "to_0": ["12:00", "17:30"],
    "country": "DE",
    "subdivision": "BY",
    "days": "2030-12-24 Christmas Eve\n\n2030-12-31, Silvester",
}


@pytest.fixture
def kite() -> Brand:
    return brand.found()


def settings(kite: Brand, path: str) -> str:
    return f"/w/{kite.workspace.slug}/settings/{path}"


def text(answer: object) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())  # type: ignore[attr-defined]


def test_opening_hours_are_written_down_and_read_back(kite: Brand) -> None:
    answer = kite.client().post(settings(kite, "hours/new/"), HOURS)
    assert answer.status_code == 302
    one = Calendar.objects.get()
    assert one.weekly == {"0": [["09:00", "12:00"], ["13:00", "17:30"]]}
    assert one.days == {"2030-12-24": "Christmas Eve", "2030-12-31": "Silvester"}
    page = kite.client().get(answer.headers["Location"])
    assert "Epiphany" in text(page), "the public holidays of a year are shown"
    assert 'value="17:30"' in page.content.decode()
    assert "Mon 09:00–12:00, 13:00–17:30" in text(kite.client().get(settings(kite, "hours/")))


def test_what_is_wrong_is_said_beside_its_day_and_nothing_is_lost(kite: Brand) -> None:
    wrong = {**HOURS, "from_3": ["10:00"], "to_3": ["10:00"]}
    answer = kite.client().post(settings(kite, "hours/new/"), wrong)
    assert answer.status_code == 422
    assert "A block has to end later than it begins." in text(answer)
    assert 'value="17:30"' in answer.content.decode()
    assert not Calendar.objects.exists()
    vague = kite.client().post(settings(kite, "hours/new/"), {**HOURS, "days": "Christmas"})
    assert "Begin each line with a date" in text(vague)


def test_parts_of_a_country_are_offered_as_soon_as_it_is_chosen(kite: Brand) -> None:
    place = settings(kite, "hours/place/")
    assert "Bayern" in text(kite.client().get(place, {"country": "DE", "subdivision": ""}))
    # What was chosen before means nothing in another country.
    there = text(kite.client().get(place, {"country": "FR", "subdivision": "BY"}))
    assert "Bastille Day" in there or "National Day" in there
    assert kite.client().get(place, {"country": "Mars"}).status_code == 200


def test_days_off_come_from_a_file_or_its_text(kite: Brand) -> None:
    made = care.save_calendar(
        by=kite.owner, name="Desk", zone="UTC", weekly={0: [("09:00", "17:00")]}
    )
    url = settings(kite, f"hours/{made.pk}/import/")
    event = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY\nEND:VEVENT"
    file = f"BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR"
    assert kite.client().post(url, {"text": file}).status_code == 302
    made.refresh_from_db()
    assert len(made.days) == 8
    refused = kite.client().post(url, {"text": "hello"})
    assert (refused.status_code, "no calendar file" in text(refused)) == (422, True)
    assert kite.client().post(url, {}).status_code == 422


def test_a_policy_is_made_changed_and_thrown_away(kite: Brand) -> None:
    values = {
        "name": "Everybody",
        "calendar": "",
        "warn_percent": "75",
        "first_response_number": "2",
        "first_response_unit": "hours",
        "first_response_hours": "all",
        "priorities": ["urgent"],
        "channels": [str(kite.channel.pk)],
    }
    assert kite.client().post(settings(kite, "promises/new/"), values).status_code == 302
    one = SlaPolicy.objects.get()
    assert (one.first_response_s, one.priorities) == (7200, ["urgent"])
    listed = text(kite.client().get(settings(kite, "promises/")))
    assert "First answer within 2 hours" in listed
    assert "of priority urgent" in listed
    business = values | {"first_response_hours": "business"}
    refused = kite.client().post(settings(kite, f"promises/{one.pk}/change/"), business)
    assert "Choose the calendar whose opening hours count." in text(refused)
    assert kite.client().post(settings(kite, f"promises/{one.pk}/delete/")).status_code == 302
    assert not SlaPolicy.objects.exists()


def test_who_may_not_change_it_may_read_it(kite: Brand) -> None:
    desk = care.save_calendar(
        by=kite.owner, name="Desk", zone="UTC", weekly={0: [("09:00", "17:00")]}
    )
    made = care.save_policy(Terms(name="All", goals={Target.RESOLUTION: Goal(3600)}), by=kite.owner)
    agent = kite.client(kite.colleague("Lee", Role.AGENT))
    for path in ("hours/", f"hours/{desk.pk}/", "promises/", f"promises/{made.pk}/"):
        page = agent.get(settings(kite, path))
        assert page.status_code == 200
        assert "New policy" not in text(page)
        assert "Save" not in text(page)


def test_a_conversation_shows_its_promise_in_words(kite: Brand) -> None:
    care.save_policy(Terms(name="All", goals={Target.FIRST_RESPONSE: Goal(3600)}), by=kite.owner)
    case = kite.hears("Where is it?", ago=50)
    row = text(kite.client().get(kite.url()))
    assert "First answer is due soon" in row
    thread = text(kite.client().get(kite.url(f"{case.pk}/")))
    assert "What was promised: All" in thread
    assert "promised within 1 hour; used up so far: 50 minutes" in thread


def test_the_priority_is_set_in_the_conversation(kite: Brand) -> None:
    case = kite.hears("Where is it?")
    url = kite.url(f"{case.pk}/priority/")
    assert kite.client().post(url, {"priority": "urgent"}).status_code < 400
    drain()
    case.refresh_from_db()
    assert case.priority == "urgent"
    assert "set the priority to urgent" in text(kite.client().get(kite.url(f"{case.pk}/")))
