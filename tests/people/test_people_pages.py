"""The pages of people: the list, one person, and what may be done there."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from cornbread.care.models import Conversation
from cornbread.channels.models import Channel
from cornbread.people import actions
from cornbread.people.models import Identity, Person
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests.people.met_here import at, met
from tests.people_here import brand, member, owner_of, signed_in
from tests.safe_html import hostile_texts, what_would_run

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def ona() -> Member:
    return owner_of(brand())


@pytest.fixture
def browser(ona: Member) -> Client:
    return signed_in(ona)


def test_a_stranger_is_led_to_the_sign_in(ona: Member) -> None:
    person = met(ona.workspace)
    for path in ("", f"{person.pk}/", f"{person.pk}/conversations/"):
        answer = Client().get(at(ona, path))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


def test_members_of_another_brand_learn_nothing(ona: Member) -> None:
    person = met(ona.workspace)
    memory = actions.remember(person.pk, "Loves cornbread", by=ona)
    other = owner_of(brand("Blue Heron Hotels"))
    browser = signed_in(other)
    assert browser.get(at(ona)).status_code == 404
    assert "Maya" not in browser.get(at(other)).content.decode()
    for path in ("", "conversations/"):
        assert browser.get(at(ona, f"{person.pk}/{path}")).status_code == 404
        assert browser.get(at(other, f"{person.pk}/{path}")).status_code == 404
    for path, data in (
        ("name/", {"name-name": "X"}),
        ("identities/", {"link-kind": "web", "link-handle": "x"}),
        ("memories/", {"memory-text": "x", "memory-months": "6"}),
        (f"memories/{memory.pk}/forget/", {}),
    ):
        assert browser.post(at(other, f"{person.pk}/{path}"), data).status_code == 404, path
    memory.refresh_from_db()
    assert memory.text == "Loves cornbread"


def test_an_analyst_reads_and_changes_nothing(ona: Member) -> None:
    person = met(ona.workspace)
    memory = actions.remember(person.pk, "Loves cornbread", by=ona)
    browser = signed_in(member(ona.workspace, Role.ANALYST))
    page = browser.get(at(ona, f"{person.pk}/")).content.decode()
    assert "Loves cornbread" in page
    for offered in ("Add a memory", "Link another", "Rename", "Forget"):
        assert offered not in page
    for path in ("name/", "identities/", "memories/", f"memories/{memory.pk}/forget/"):
        assert browser.post(at(ona, f"{person.pk}/{path}")).status_code == 403, path


def test_a_partner_meets_people_only_in_conversations(ona: Member) -> None:
    person = met(ona.workspace)
    browser = signed_in(member(ona.workspace, Role.PARTNER))
    assert browser.get(at(ona)).status_code == 403
    assert browser.get(at(ona, f"{person.pk}/")).status_code == 403


def test_the_list_shows_people_with_their_accounts_and_not_ourselves(
    browser: Client, ona: Member
) -> None:
    maya = met(ona.workspace)
    actions.link(maya.pk, kind="phone", handle="+44 20 7946 0018", by=ona)
    met(ona.workspace, "Red Kite Rail", ours=True, handle="redkite")
    page = browser.get(at(ona)).content.decode()
    assert "Maya Lindt" in page
    assert "maya@social.example" in page
    assert 'aria-label="Phone"' in page
    assert ">redkite<" not in page


def test_search_looks_at_names_and_accounts(browser: Client, ona: Member) -> None:
    met(ona.workspace)
    met(ona.workspace, "Jonas Weber", handle="jonas@example.org")
    assert "Jonas" not in browser.get(at(ona), {"q": "lindt"}).content.decode()
    assert "Jonas Weber" in browser.get(at(ona), {"q": "EXAMPLE.org"}).content.decode()
    assert "Nobody found" in browser.get(at(ona), {"q": "zzz\x00"}).content.decode()


def test_many_people_come_in_pages_without_gap_or_repeat(
    browser: Client, ona: Member, django_assert_max_num_queries: Any
) -> None:
    for number in range(120):
        met(ona.workspace, f"Person {number}", handle=f"p{number}")
    seen: list[int] = []
    address = at(ona)
    for _ in range(3):
        with django_assert_max_num_queries(8):
            answer = browser.get(address, HTTP_HX_TARGET="people-more")
        seen += [person.pk for person in answer.context["people"]]
        address = answer.context.get("more_address", "")
    assert address == ""
    assert len(seen) == len(set(seen)) == 120
    assert browser.get(at(ona), {"before": "x" * 30}).status_code == 200
    assert browser.get(at(ona, f"{'9' * 30}/")).status_code == 404


def test_somebody_without_a_name_goes_by_their_account(browser: Client, ona: Member) -> None:
    person = met(ona.workspace, "")
    assert (
        '<h1 dir="auto">maya@social.example</h1>'
        in browser.get(at(ona, f"{person.pk}/")).content.decode()
    )


def test_a_person_is_renamed(browser: Client, ona: Member) -> None:
    person = met(ona.workspace)
    answer = browser.post(at(ona, f"{person.pk}/name/"), {"name-name": " Maya L. "}, follow=True)
    assert "The name was changed." in answer.content.decode()
    person.refresh_from_db()
    assert person.name == "Maya L."
    empty = browser.post(at(ona, f"{person.pk}/name/"), {"name-name": ""})
    assert empty.status_code == 422
    assert "This field is required." in empty.content.decode()


def test_an_account_is_linked_by_hand_with_its_evidence(browser: Client, ona: Member) -> None:
    person = met(ona.workspace)
    data = {"link-kind": "email", "link-handle": "maya@home.example"}
    answer = browser.post(at(ona, f"{person.pk}/identities/"), data, follow=True)
    words = " ".join(answer.content.decode().split())
    assert "maya@home.example" in words
    assert "Heard on the network" in words
    assert "Linked by Ona Weld" in words


@pytest.mark.parametrize(
    ("kind", "handle", "said"),
    [
        ("email", "maya at home", "That is not an e-mail address."),
        ("phone", "ring me", "A phone number has digits"),
        ("mastodon", "maya", "Write the whole account"),
        ("web", "", "This field is required."),
        ("fax", "1", "Select a valid choice."),
    ],
)
def test_a_misshapen_account_is_kept_in_the_form_and_explained(
    browser: Client, ona: Member, kind: str, handle: str, said: str
) -> None:
    person = met(ona.workspace)
    data = {"link-kind": kind, "link-handle": handle}
    answer = browser.post(at(ona, f"{person.pk}/identities/"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert f'value="{handle}"' in page or not handle
    assert Identity.objects.count() == 1


def test_an_account_of_somebody_else_is_not_taken_away(browser: Client, ona: Member) -> None:
    maya, jonas = met(ona.workspace), met(ona.workspace, "Jonas")
    actions.link(jonas.pk, kind="email", handle="both@home.example", by=ona)
    data = {"link-kind": "email", "link-handle": "Both@home.example"}
    answer = browser.post(at(ona, f"{maya.pk}/identities/"), data)
    assert answer.status_code == 422
    assert "is already noted for somebody else." in answer.content.decode()


def test_dangerous_addresses_of_accounts_are_not_links(browser: Client, ona: Member) -> None:
    person = met(ona.workspace, url="javascript:alert(1)", avatar_url="javascript:alert(2)")
    page = browser.get(at(ona, f"{person.pk}/")).content.decode()
    assert "javascript:" not in page


def case(person: Person, **more: Any) -> Conversation:
    """A conversation with the person."""
    channel, _ = Channel.objects.get_or_create(
        workspace=person.workspace, kind="file", source="file:till", defaults={"name": "Till"}
    )
    identity = person.identities.get()
    return Conversation.objects.create(
        workspace=person.workspace, channel=channel, person=person, identity=identity, **more
    )


def test_the_conversations_of_a_person_stand_on_their_page(browser: Client, ona: Member) -> None:
    person = met(ona.workspace)
    told = case(person, preview="My train is late", level=3, status="pending", last_at=NOON)
    slug = ona.workspace.slug
    page = browser.get(at(ona, f"{person.pk}/")).content.decode()
    assert f'hx-get="/w/{slug}/people/{person.pk}/conversations/"' in page
    region = browser.get(at(ona, f"{person.pk}/conversations/")).content.decode()
    assert f'href="/w/{slug}/inbox/{told.pk}/"' in region
    for said in ("My train is late", "Level 3 of 7", "pending", "Till"):
        assert said in region


def test_partners_see_only_the_conversations_given_to_them(ona: Member) -> None:
    person = met(ona.workspace)
    partner = member(ona.workspace, Role.PARTNER)
    case(person, preview="Not for partners")
    case(person, preview="Given to the partner", assignee=partner)
    region = signed_in(partner).get(at(ona, f"{person.pk}/conversations/")).content.decode()
    assert "Given to the partner" in region
    assert "Not for partners" not in region


def test_hostile_names_and_memories_are_shown_and_not_run(browser: Client, ona: Member) -> None:
    person = met(ona.workspace)
    for number, text in enumerate(hostile_texts()):
        if "\x00" in text:
            continue
        who = met(ona.workspace, text[:200], handle=text[:300], external_id=f"h{number}")
        case(who, preview=text[:200], level=number % 8)
        if number % 25 == 0:
            for path in ("", "conversations/"):
                page = browser.get(at(ona, f"{who.pk}/{path}")).content.decode()
                assert what_would_run(page) == [], text
            data = {"memory-text": text, "memory-learned_from": text, "memory-months": "0"}
            page = browser.post(at(ona, f"{person.pk}/memories/"), data).content.decode()
            assert what_would_run(page) == [], text
    assert what_would_run(browser.get(at(ona, f"{person.pk}/")).content.decode()) == []
    assert what_would_run(browser.get(at(ona)).content.decode()) == []
