"""The inbox as a browser gets it."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from cornbread.care import actions as care
from cornbread.care.models import Conversation
from cornbread.channels.domain.posts import Attachment, Batch
from cornbread.foundation import clock
from cornbread.foundation.jobs import drain
from cornbread.listening.intake import take_in
from cornbread.outbound.models import Delivery, Draft
from cornbread.people.models import Memory
from cornbread.team.actions import create_team
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests.care import brand as brands
from tests.care.brand import Brand

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def brand() -> Brand:
    return brands.found()


def text_of(response: Any) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def post(
    brand: Brand, one: Conversation, path: str, by: Member | None = None, **values: Any
) -> Any:
    return brand.client(by).post(brand.url(f"{one.pk}/{path}/"), values, headers=HTMX)


def say(brand: Brand, one: Conversation, text: str, by: Member | None = None, **more: Any) -> Any:
    one.refresh_from_db()
    values = {"text": text, "mode": "public", "basis": one.last_entry_id, "key": "k1"} | more
    return post(brand, one, "reply", by, **values)


# Who sees what


def test_a_stranger_is_sent_to_sign_in(brand: Brand, client: Any) -> None:
    answer = client.get(brand.url())
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


def test_a_member_of_another_workspace_learns_nothing(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    other = brands.found("Blue Heron Inns")
    assert other.client().get(brand.url(f"{one.pk}/")).status_code == 404
    assert other.client().get(other.url(f"{one.pk}/")).status_code == 404
    assert other.client().post(other.url(f"{one.pk}/assign/"), {"to": ""}).status_code == 404


def test_a_partner_sees_only_what_was_given_to_their_team(brand: Brand) -> None:
    given = brand.hears("Where is the night bus?", who="Given Gale")
    kept = brand.hears("My card was charged twice", who="Kept Kim")
    night = create_team("Night desk", by=brand.owner)
    partner = brand.colleague("Pat", Role.PARTNER)
    partner.teams.add(night)
    care.hand_to_team(given.pk, team_id=night.pk, by=brand.owner)
    page = text_of(brand.client(partner).get(brand.url()))
    assert "Given Gale" in page
    assert "Kept Kim" not in page
    assert brand.client(partner).get(brand.url(f"{given.pk}/")).status_code == 200
    for path in ("", "fresh/", "composer/"):
        answer = brand.client(partner).get(brand.url(f"{kept.pk}/{path}"))
        assert answer.status_code == 404
    assert "Kept Kim" not in text_of(brand.client(partner).get(brand.url(f"rows/?only={kept.pk}")))


def test_an_analyst_reads_and_is_offered_nothing_to_change(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    analyst = brand.colleague("Ada", Role.ANALYST)
    page = text_of(brand.client(analyst).get(brand.url(f"{one.pk}/")))
    assert "You can read this conversation" in page
    assert 'id="in-resolve"' not in page
    for path in ("assign", "label", "status/resolve", "snooze", "touch", "memories", "draft"):
        assert post(brand, one, path, analyst).status_code == 403
    assert say(brand, one, "Hello", analyst).status_code in (403, 422)
    assert not Delivery.objects.exists()


def test_the_workspace_opens_with_its_inbox(brand: Brand) -> None:
    answer = brand.client().get(f"/w/{brand.workspace.slug}/")
    assert answer.headers["Location"] == brand.url()


# The list


def test_what_will_be_late_first_stands_on_top(brand: Brand) -> None:
    brand.hears("Just arrived", who="Bo Chen", ago=1)
    brand.hears("Nearly late", who="Maya Lindt", ago=28)
    page = text_of(brand.client().get(brand.url()))
    assert page.index("Nearly late") < page.index("Just arrived")


def test_the_list_goes_on_from_a_place_without_a_gap(brand: Brand) -> None:
    brand.hears_all([brand.post(f"Post {n}", who=f"Person {n:03}", ago=n) for n in range(1, 96)])
    found, after = [], ""
    while True:
        page = text_of(brand.client().get(brand.url(f"rows/?after={after}")))
        found += re.findall(r'id="row-(\d+)"', page)
        if 'data-after="' not in page:
            break
        after = page.split('data-after="')[1].split('"')[0]
    assert len(found) == len(set(found)) == 95


def test_the_number_of_queries_does_not_grow_with_the_list(brand: Brand) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert brand.client().get(brand.url()).status_code == 200
        return len(captured)

    brand.hears("One", who="One")
    brand.client().get(brand.url())
    few = queries()
    brand.hears_all([brand.post(f"Post {n}", who=f"Person {n}", ago=n) for n in range(1, 36)])
    lee = brand.colleague("Lee")
    for one in Conversation.objects.all():
        care.label(one.pk, "evening", by=brand.owner)
        care.look(one.pk, by=lee)
        care.assign(one.pk, to=lee.pk, by=brand.owner)
    assert queries() == few <= 25


def test_the_number_of_queries_does_not_grow_with_the_thread(brand: Brand) -> None:
    one = brand.hears("First", external_id="t0")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert brand.client().get(brand.url(f"{one.pk}/fresh/")).status_code == 200
        return len(captured)

    brand.client().get(brand.url(f"{one.pk}/fresh/"))
    few = queries()
    lee = brand.colleague("Lee")
    for number in range(12):
        brand.hears(f"More {number}", in_reply_to="t0", ago=3)
        care.note(one.pk, f"Note {number}", by=lee)
    care.assign(one.pk, to=lee.pk, by=brand.owner)
    assert queries() <= few + 2
    assert few <= 35


@pytest.mark.parametrize(
    "query", ["folder=nowhere", "level=x", "after=1_", "channel=-1", "assignee=root", "q=%00"]
)
def test_an_address_that_makes_no_sense_shows_the_inbox(brand: Brand, query: str) -> None:
    assert brand.client().get(brand.url(f"?{query}")).status_code == 200


def test_folders_and_filters_narrow_the_list(brand: Brand) -> None:
    mine = brand.hears("Mine", who="Maya Lindt")
    other = brand.hears("Other", who="Bo Chen")
    care.assign(mine.pk, to=brand.owner.pk, by=brand.owner)
    care.label(other.pk, "refund", by=brand.owner)
    care.resolve(other.pk, by=brand.owner)

    def shown(query: str) -> set[str]:
        page = text_of(brand.client().get(brand.url(f"rows/?{query}")))
        return {name for name in ("Maya Lindt", "Bo Chen") if name in page}

    assert shown("folder=mine") == {"Maya Lindt"}
    assert shown("folder=resolved") == {"Bo Chen"}
    assert shown("folder=all") == {"Maya Lindt", "Bo Chen"}
    assert shown("folder=all&label=refund") == {"Bo Chen"}
    assert shown("folder=all&q=bo+chen") == {"Bo Chen"}
    assert shown("folder=unassigned") == set()
    assert shown(f"folder=all&channel={brand.channel.pk}") == {"Maya Lindt", "Bo Chen"}


def test_only_changed_rows_are_asked_for(brand: Brand) -> None:
    one, other = brand.hears("One", who="Maya Lindt"), brand.hears("Two", who="Bo Chen")
    care.resolve(other.pk, by=brand.owner)
    page = text_of(brand.client().get(brand.url(f"rows/?only={one.pk},{other.pk}")))
    assert "Maya Lindt" in page
    assert "Bo Chen" not in page
    assert '<data data-count="open" value="1">' in page


def test_an_empty_inbox_teaches_the_next_step(brand: Brand) -> None:
    assert "All answered" in text_of(brand.client().get(brand.url()))
    brand.channel.delete()
    assert "Connect the first place" in text_of(brand.client().get(brand.url()))


# The thread


def test_customers_words_are_shown_and_never_run(brand: Brand) -> None:
    one = brand.hears(
        "<script>alert(1)</script> see https://a.example/?a=1&b=2). شكراً",
        who="<b>Eve</b>",
        url="javascript:alert(1)",
        attachments=(
            Attachment(kind="image", url="javascript:alert(2)"),
            Attachment(kind="image", url="https://files.example/1.png", description='"><i>'),
        ),
    )
    page = text_of(brand.client().get(brand.url(f"{one.pk}/")))
    assert "<script>alert" not in page
    assert "<b>Eve" not in page
    assert "javascript:" not in page
    assert '"><i>' not in page
    link = '<a href="https://a.example/?a=1&amp;b=2" target="_blank" rel="noopener nofollow ugc">'
    assert link in page
    assert "https://files.example/1.png" in page


def test_an_edited_message_shows_what_it_said_before(brand: Brand) -> None:
    one = brand.hears("Teh first words", external_id="e1", raw=b"{}")
    edited = brand.post(
        "The better words", external_id="e1", raw=b"{}", edited_at=clock.now(), ago=5
    )
    take_in(brand.channel, Batch(stream="test", posts=(edited,)))
    drain()
    page = text_of(brand.client().get(brand.url(f"{one.pk}/")))
    assert "The better words" in page
    assert "Teh first words" in page
    assert "show what it said before" in page


def test_a_channel_without_replies_says_so_and_opens_the_post(brand: Brand) -> None:
    feed = brands.found("Feed readers", kind="feed")
    one = feed.hears("A review of the night train", url="https://blog.example/1")
    page = text_of(feed.client().get(feed.url(f"{one.pk}/")))
    assert "takes no replies" in page
    assert 'href="https://blog.example/1"' in page
    assert 'value="public"' not in page
    assert 'value="note"' in page


def test_a_level_comes_with_its_evidence_and_what_would_lift_it(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?", ago=12)
    assert "to reach level 3" in text_of(brand.client().get(brand.url(f"{one.pk}/")))
    say(brand, one, "Yes, in four minutes.")
    drain()
    page = text_of(brand.client().get(brand.url(f"{one.pk}/")))
    assert "Answered after 12 minutes" in page
    assert "to reach level 4" in page


# Answering


def test_a_reply_sent_twice_with_one_key_is_one_delivery(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    assert say(brand, one, "Yes, in four minutes.", key="same").status_code == 200
    assert say(brand, one, "Yes, in four minutes.", key="same", basis=0).status_code == 200
    assert Delivery.objects.count() == 1


def test_a_stale_reply_is_refused_with_what_changed_and_sent_anyway_after_a_look(
    brand: Brand,
) -> None:
    one = brand.hears("Is the 22:10 still coming?", external_id="s1")
    basis = one.last_entry_id
    brand.hears("Never mind, I took a taxi", ago=1, in_reply_to="s1")
    refused = say(brand, one, "Yes, in four minutes.", basis=basis, key="mine")
    page = text_of(refused)
    assert refused.status_code == 409
    assert "Never mind, I took a taxi" in page
    assert "Yes, in four minutes." in page
    assert "Send anyway" in page
    assert not Delivery.objects.exists()
    assert json.loads(refused.headers["HX-Trigger"])["inbox:changed"] == {"id": one.pk}
    one.refresh_from_db()
    assert f'name="basis" value="{one.last_entry_id}"' in page
    assert 'name="key" value="mine"' in page
    assert say(brand, one, "Yes, in four minutes.", key="mine").status_code == 200
    assert Delivery.objects.count() == 1


def test_an_unfilled_placeholder_stands_beside_the_text_that_stays(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    answer = say(brand, one, "Hello {{name}}")
    assert answer.status_code == 422
    assert "Hello {{name}}" in text_of(answer)
    assert 'role="alert"' in text_of(answer)
    assert not Delivery.objects.exists()


def test_checks_come_with_suggestions_and_the_count_of_the_network(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming tonight, or has it been cancelled again?")
    page = text_of(post(brand, one, "checks", text="You will recieve it {{x}}", mode="public"))
    assert "data-blocked" in page
    assert 'data-with="receive"' in page
    assert f'data-length="{len("You will recieve it {{x}}")}"' in page


def test_a_draft_is_kept_for_its_author_alone(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    values = {"text": "Let me look", "mode": "note", "basis": one.last_entry_id}
    assert text_of(post(brand, one, "draft", **values)) == "Draft saved"
    lee = brand.colleague("Lee")
    assert "Let me look" in text_of(brand.client().get(brand.url(f"{one.pk}/")))
    assert "Let me look" not in text_of(brand.client(lee).get(brand.url(f"{one.pk}/")))
    post(brand, one, "draft", **(values | {"text": " "}))
    assert not Draft.objects.exists()


def test_a_note_is_added_and_its_draft_gone(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    post(brand, one, "draft", text="She is", mode="note", basis=one.last_entry_id)
    assert say(brand, one, "She is on platform 4", mode="note").status_code == 200
    assert "She is on platform 4" in text_of(brand.client().get(brand.url(f"{one.pk}/")))
    assert not Draft.objects.exists()


def test_send_and_resolve_does_both(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    answer = say(brand, one, "Yes, in four minutes.", then="resolve")
    assert json.loads(answer.headers["HX-Trigger"])["inbox:resolved"] == {"id": one.pk}
    one.refresh_from_db()
    assert one.status == "resolved"


def test_a_stuck_message_is_retried_or_comes_back_as_a_draft(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    say(brand, one, "Yes, in four minutes.")
    Delivery.objects.update(state="failed", trouble="The network said no.")
    page = text_of(brand.client().get(brand.url(f"{one.pk}/fresh/")))
    assert "The network said no." in page
    assert "Try again" in page
    sent = Delivery.objects.get()
    other = brand.hears("Another", who="Bo Chen")
    assert post(brand, other, f"deliveries/{sent.pk}/drop").status_code == 404
    assert post(brand, one, f"deliveries/{sent.pk}/burn").status_code == 404
    assert post(brand, one, f"deliveries/{sent.pk}/drop").status_code == 204
    assert "Yes, in four minutes." in text_of(brand.client().get(brand.url(f"{one.pk}/composer/")))


# Changing


def test_a_conversation_is_given_labelled_snoozed_and_resolved(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    lee = brand.colleague("Lee Brandt")
    assert post(brand, one, "assign", to=lee.pk).status_code == 204
    assert post(brand, one, "label", name="refund").status_code == 204
    assert post(brand, one, "snooze", usual="tomorrow").status_code == 204
    page = text_of(brand.client().get(brand.url(f"{one.pk}/")))
    assert "gave this to Lee Brandt" in page
    assert "labelled this “refund”" in page
    assert "snoozed this until" in page
    post(brand, one, "label", name="refund", off="1")
    post(brand, one, "status/resolve")
    one.refresh_from_db()
    assert one.status == "resolved"
    assert not one.labels.exists()


def test_a_moment_in_the_past_is_refused_beside_its_field(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    past = f"{clock.now() - timedelta(days=1):%Y-%m-%dT%H:%M}"
    answer = post(brand, one, "snooze", **{"snooze-until": past})
    assert answer.status_code == 422
    assert "cb-error" in text_of(answer)
    assert post(brand, one, "snooze", **{"snooze-until": "soon"}).status_code == 422


def test_a_call_is_recorded_and_another_channel_needs_to_be_named(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    values = {"touch-kind": "call_completed", "touch-text": "Agreed on a refund"}
    assert post(brand, one, "touch", **values).status_code == 204
    assert "Agreed on a refund" in text_of(brand.client().get(brand.url(f"{one.pk}/")))
    missing = post(brand, one, "touch", **{"touch-kind": "channel_reached"})
    assert missing.status_code == 422
    assert "Choose which account" in text_of(missing)


def test_a_memory_is_written_down_and_used(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    values = {"memory-text": "Loves cornbread", "memory-months": "12"}
    assert post(brand, one, "memories", **values).status_code == 204
    memory = Memory.objects.get()
    assert memory.expires_at is not None
    gesture = {f"gesture-{memory.pk}-text": "A basket in her room"}
    assert post(brand, one, f"memories/{memory.pk}/used", **gesture).status_code == 204
    assert "A basket in her room" in text_of(brand.client().get(brand.url(f"{one.pk}/")))
    assert post(brand, one, "memories", **{"memory-text": ""}).status_code == 422


def test_presence_names_the_others_and_ends(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    lee = brand.colleague("Lee Brandt")
    post(brand, one, "presence", lee, writing="1")
    assert "Lee Brandt is typing" in text_of(post(brand, one, "presence", writing="0"))
    post(brand, one, "presence", lee, gone="1")
    assert "Lee Brandt" not in text_of(post(brand, one, "presence", writing="0"))


def test_without_scripts_a_form_leads_back_to_the_conversation(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?")
    answer = brand.client().post(brand.url(f"{one.pk}/status/resolve/"))
    assert answer.status_code == 302
    assert answer.headers["Location"] == brand.url(f"{one.pk}/")
