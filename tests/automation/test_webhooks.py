"""Other systems are told what happened: signed, until they heard, and nowhere inside."""

from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import msgspec
import pytest
from standardwebhooks import Webhook

from cornbread.automation import actions, queries, webhooks
from cornbread.automation.models import Endpoint, Message
from cornbread.care.models import Conversation
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid, NotAllowed
from cornbread.foundation.http import HttpClient
from cornbread.foundation.jobs import drain
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests import world
from tests.automation.rules_here import log, rule
from tests.world import Pretend, channel, conversation, hear, post

#: As a worker runs them: what a job wrote before it asked to be tried again stays.
pytestmark = pytest.mark.django_db(transaction=True)


class Receiver:
    """A system that answers what the test wants, and remembers what it was told."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: deque[int] = deque()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.heard.append((headers, body))
                status = receiver.answers.popleft() if receiver.answers else 204
                if status == 0:  # the connection breaks after the message arrived
                    self.connection.close()
                    return
                self.send_response(status)
                self.send_header("content-length", "0")
                self.send_header("location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    made = Receiver()
    Thread(target=made.server.serve_forever, daemon=True).start()
    monkeypatch.setattr(webhooks, "HttpClient", partial(HttpClient, local=True))
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def lead(pretend: Pretend) -> Member:
    return world.member(world.workspace(), Role.LEAD, name="Lea")


def told(lead: Member, url: str) -> tuple[Endpoint, str]:
    """A system at an address that the form would not take."""
    made, secret = actions.save_endpoint("The till", "https://till.example/", by=lead)
    Endpoint.objects.filter(pk=made.pk).update(url=url)
    return made, secret


def send(within: timedelta = timedelta(0)) -> None:
    drain(queues=["outbound"], until=clock.now() + within)


@pytest.fixture
def case(lead: Member) -> Conversation:
    hear(channel(lead.workspace), post("1"))
    return conversation(lead.workspace)


def test_a_rule_tells_another_system_which_can_check_the_signature(
    lead: Member, receiver: Receiver
) -> None:
    endpoint, secret = told(lead, receiver.url)
    tells = rule(lead, "Tell it", {"do": "webhook", "endpoint_id": endpoint.pk})
    hear(channel(lead.workspace), post("1", "Where is it?"))
    send()
    ((headers, body),) = receiver.heard
    Webhook(secret).verify(body, headers)
    said = msgspec.json.decode(body)
    assert said["type"] == "rule.fired"
    assert said["data"]["rule"] == {"id": tells.pk, "name": "Tell it", "trigger": "message_in"}
    assert said["data"]["conversation"]["preview"] == "Where is it?"
    message = Message.objects.get()
    assert (message.state, message.status, message.attempts) == ("sent", 204, 1)
    assert message.firing == log(tells)[0]


def test_it_is_told_again_with_the_same_id_until_it_heard(lead: Member, receiver: Receiver) -> None:
    endpoint, _ = told(lead, receiver.url)
    receiver.answers.extend([500, 0, 429])
    actions.ping(endpoint.pk, by=lead)
    send(within=timedelta(hours=1))
    assert len(receiver.heard) == 4
    assert len({headers["webhook-id"] for headers, _ in receiver.heard}) == 1
    assert Message.objects.get().state == "sent"


def test_what_may_have_arrived_is_uncertain_and_what_was_refused_failed(
    lead: Member, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MAX_ATTEMPTS", 2)
    endpoint, _ = told(lead, receiver.url)
    receiver.answers.extend([500, 0, 500, 500])
    actions.ping(endpoint.pk, by=lead)
    send(within=timedelta(hours=1))
    actions.ping(endpoint.pk, by=lead)
    send(within=timedelta(hours=1))
    first, second = Message.objects.order_by("pk")
    assert (first.state, second.state) == ("uncertain", "failed")
    assert second.trouble == "It answered 500."
    shown = queries.endpoint(endpoint.pk, seen_by=lead)
    assert shown.stuck == 2  # type: ignore[attr-defined]


def test_a_redirect_is_not_followed(lead: Member, receiver: Receiver) -> None:
    endpoint, _ = told(lead, receiver.url)
    receiver.answers.append(302)
    actions.ping(endpoint.pk, by=lead)
    send()
    assert (len(receiver.heard), Message.objects.get().trouble) == (1, "It answered 302.")


def test_who_says_gone_is_not_told_any_more(
    lead: Member, receiver: Receiver, case: Conversation
) -> None:
    endpoint, _ = told(lead, receiver.url)
    receiver.answers.append(410)
    actions.ping(endpoint.pk, by=lead)
    send()
    assert Message.objects.get().state == "failed"
    assert not Endpoint.objects.get().active
    tells = rule(lead, "Tell it", {"do": "webhook", "endpoint_id": endpoint.pk})
    hear(case.channel, post("2", to="1", at=3))
    assert log(tells)[0].state == "refused"


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/", "http://169.254.169.254/latest", "http://[::1]/", "http://10.0.0.8/"],
)
def test_nothing_inside_our_own_network_is_told(lead: Member, url: str) -> None:
    endpoint, _ = told(lead, url)
    actions.ping(endpoint.pk, by=lead)
    send(within=timedelta(hours=1))
    message = Message.objects.get()
    assert (message.state, message.status) == ("failed", None)


@pytest.mark.parametrize(
    "url",
    ["http://shop.example/", "ftp://shop.example/", "https://a:b@shop.example/", "https://", ""],
)
def test_only_plain_https_addresses_are_taken(lead: Member, url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.save_endpoint("Shop", url, by=lead)
    assert list(refusal.value.fields) == ["url"]


def test_the_secret_is_shown_once_and_sealed(lead: Member) -> None:
    made, secret = actions.save_endpoint("Shop", "https://shop.example/", by=lead)
    assert secret.startswith("whsec_")
    assert secret not in repr(made.secret)
    assert "secret" in queries.endpoint(made.pk, seen_by=lead).get_deferred_fields()


def test_agents_name_no_systems(lead: Member) -> None:
    agent = world.member(lead.workspace)
    with pytest.raises(NotAllowed):
        actions.save_endpoint("Shop", "https://shop.example/", by=agent)
    with pytest.raises(NotAllowed):
        list(queries.endpoints(seen_by=agent))
