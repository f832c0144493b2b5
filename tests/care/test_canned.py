"""Canned responses and signatures in a conversation."""

import pytest
from django.test import Client

from cornbread.care import actions as care
from cornbread.care import canned
from cornbread.care.models import Conversation
from cornbread.foundation.errors import Invalid
from cornbread.outbound import actions as outbound
from cornbread.outbound.models import CannedResponse
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests import world
from tests.world import Pretend, channel, conversation, hear, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(pretend: Pretend) -> Member:
    return world.member(world.workspace(), Role.LEAD, name="Lea")


@pytest.fixture
def case(lead: Member) -> Conversation:
    hear(channel(lead.workspace), post("1"))
    return conversation(lead.workspace)


def kept(text: str, lead: Member, shortcut: str = "late", **more: str) -> CannedResponse:
    written = outbound.Written(shortcut, shortcut.title(), text, **more)  # type: ignore[arg-type]
    return outbound.save_canned(None, written, by=lead)


def test_it_is_filled_in_for_this_customer_by_this_member(case: Conversation, lead: Member) -> None:
    text = "{{ person.handle }} {{ member.first_name }} {{ brand.name }} {{ conversation.link|- }}"
    one = kept(text, lead)
    _, said = canned.rendered(case.pk, one.pk, by=lead)
    assert said.startswith("@")
    assert " Lea Red Kite Rail " in said
    assert "{{" not in said


def test_a_gap_is_never_sent(case: Conversation, lead: Member) -> None:
    case.person.name = case.identity.name = ""
    case.person.save()
    case.identity.save()
    one = kept("Hello {{ person.first_name }}", lead)
    _, said = canned.rendered(case.pk, one.pk, by=lead)
    assert said == "Hello {{ the customer’s first name? }}"
    with pytest.raises(Invalid, match="Fill in the gap"):
        care.reply(case.pk, said, by=lead, basis=case.last_entry_id)


def test_the_composer_offers_what_fits_and_counts_what_is_used(
    case: Conversation, lead: Member
) -> None:
    one = kept("Sorry!", lead)
    kept("Money back.", lead, "refund")
    client = Client()
    client.force_login(lead.user, backend="django.contrib.auth.backends.ModelBackend")
    base = f"/w/{lead.workspace.slug}/inbox/{case.pk}/canned/"
    assert 'data-found="2"' in client.get(base).content.decode()
    found = client.get(f"{base}?q=lat").content.decode()
    assert 'data-found="1"' in found
    assert f'id="canned-{one.pk}"' in found
    assert client.post(f"{base}{one.pk}/").content == b"Sorry!"
    one.refresh_from_db()
    assert one.times_used == 1


def test_a_reply_is_signed_when_asked_and_its_length_counts_it(
    case: Conversation, lead: Member
) -> None:
    outbound.save_brand_signature("^{{ member.first_name }}", on=True, by=lead)
    client = Client()
    client.force_login(lead.user, backend="django.contrib.auth.backends.ModelBackend")
    base = f"/w/{lead.workspace.slug}/inbox/{case.pk}/"
    shown = client.post(f"{base}checks/", {"text": "Soon.", "mode": "public"}).content.decode()
    assert "^Lea" in shown
    sent = care.reply(case.pk, "Soon.", by=lead, basis=case.last_entry_id, sign=True)
    assert sent.text == "Soon.\n\n^Lea"
