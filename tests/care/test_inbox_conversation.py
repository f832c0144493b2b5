"""One conversation as a browser gets it, and what can be done there."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from cornbread.care.models import Conversation
from cornbread.channels.domain.posts import Attachment, Batch
from cornbread.foundation import clock
from cornbread.foundation.jobs import drain
from cornbread.listening.intake import take_in
from cornbread.outbound.models import Delivery, Draft
from cornbread.people.models import Memory
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


def test_a_message_of_unknown_outcome_says_where_to_look_and_what_then(brand: Brand) -> None:
    one = brand.hears("Is the 22:10 still coming?", url="https://social.example/@maya/1")
    say(brand, one, "Yes, in four minutes.")
    Delivery.objects.update(state="uncertain")
    page = text_of(brand.client().get(brand.url(f"{one.pk}/fresh/")))
    for words in ("Look on Sandbox", "It is there", "It is not there", "https://social.example"):
        assert words in page
    sent = Delivery.objects.get()
    assert post(brand, one, f"deliveries/{sent.pk}/confirm").status_code == 204
    drain()
    sent.refresh_from_db()
    assert sent.state == "sent"
    assert post(brand, one, f"deliveries/{sent.pk}/confirm").status_code == 409


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
