"""Posts that programs hand in: who may, what is refused and how, and that nothing is lost."""

import errno
import json
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError
from django.test import Client

from cornbread.care.models import Conversation
from cornbread.channels import actions as channels
from cornbread.channels.domain.posts import Batch
from cornbread.channels.models import Channel
from cornbread.channels.registry import network
from cornbread.foundation import spool
from cornbread.foundation.spool import segments
from cornbread.listening import actions
from cornbread.listening.models import Mention, Payload
from cornbread.listening.receiving import draining
from cornbread.team import actions as team
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests.listening.receiving_here import Sending, body_of, post, sending, signed
from tests.world import member, workspace

__all__ = ["sending"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Member:
    return member(workspace(), Role.OWNER)


@pytest.fixture
def shop(owner: Member) -> Channel:
    return channels.connect("webhook", {"name": "Shop reviews"}, by=owner)


def texts() -> list[str]:
    return list(Mention.objects.order_by("external_id").values_list("text", flat=True))


class TestASignedMessage:
    def test_is_in_the_inbox_once_it_was_taken_in(self, sending: Sending, shop: Channel) -> None:
        answer = sending.send(shop, post("1"), post("2", "Thank you", in_reply_to="1"))
        assert (answer.status, answer.told) == (202, {"accepted": 2})
        assert not Mention.objects.exists()
        sending.take_in()
        assert texts() == ["Where is my parcel?", "Thank you"]
        (conversation,) = Conversation.objects.all()
        assert conversation.identity.handle == "mara_k"
        shop.refresh_from_db()
        assert shop.last_heard_at is not None

    def test_holds_everything_that_a_post_can_say(self, sending: Sending, shop: Channel) -> None:
        said = post(
            "9",
            "Look",
            url="https://shop.example/r/9",
            lang="de",
            links=["https://a.example/x"],
            direct=True,
            attachments=[{"kind": "image", "url": "https://a.example/p.jpg"}],
        )
        assert sending.send(shop, said).status == 202
        sending.take_in()
        kept = Mention.objects.get()
        assert (kept.url, kept.lang, kept.visibility) == (said["url"], "de", "direct")
        assert kept.links == ["https://a.example/x"]
        assert kept.attachments[0]["url"] == "https://a.example/p.jpg"
        assert json.loads(bytes(Payload.objects.get().body)) == said

    def test_leaves_to_the_watches_what_is_not_addressed_to_us(
        self, sending: Sending, shop: Channel, owner: Member
    ) -> None:
        actions.save_watch(by=owner, name="Trains", query="train")
        sending.send(
            shop, post("1", "a train", addressed=False), post("2", "a bus", addressed=False)
        )
        sending.take_in()
        assert texts() == ["a train"]

    def test_takes_posts_back(self, sending: Sending, shop: Channel) -> None:
        sending.send(shop, post("1"))
        sending.send(shop, deletions=[{"id": "1", "deleted_at": "2026-03-02T23:00:00Z"}])
        sending.take_in()
        assert Mention.objects.get().deleted_at is not None

    def test_is_kept_once_however_often_it_comes(self, sending: Sending, shop: Channel) -> None:
        body = body_of(post("1"))
        headers = signed(body, shop.secret["signing"])
        told = [sending.ask(shop.address, body, headers).told for _ in range(3)]
        assert told == [{"accepted": 1}, {"accepted": 0}, {"accepted": 0}]
        # Under another id the message is stored again, and its posts are known by theirs.
        sending.send(shop, post("1"))
        sending.take_in()
        assert len(texts()) == 1
        assert Conversation.objects.count() == 1

    def test_may_be_empty(self, sending: Sending, shop: Channel) -> None:
        assert sending.send(shop).told == {"accepted": 0}
        assert not sending.drain.once()

    def test_may_arrive_in_pieces(self, sending: Sending, shop: Channel) -> None:
        body = body_of(post("1"))
        headers = signed(body, shop.secret["signing"])
        answer = sending.ask(shop.address, b"", headers, chunks=[body[:20], body[20:21], body[21:]])
        assert answer.status == 202


class TestAnswersThatAreNotYes:
    def refused(self, answer: object, status: int, code: str) -> dict[str, str]:
        assert answer.status == status, answer.body
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.told["code"] == code
        assert answer.told["detail"]
        return answer.told["fields"]

    def test_a_wrong_signature(self, sending: Sending, shop: Channel) -> None:
        body = body_of(post("1"))
        other = "whsec_" + "A" * 44
        now = time.time()
        for headers in (
            {},
            signed(body, other),
            signed(body + b" ", shop.secret["signing"]),
            signed(body, shop.secret["signing"], at=now - 400),
            signed(body, shop.secret["signing"], at=now + 400),
        ):
            self.refused(sending.ask(shop.address, body, headers), 401, "bad_signature")
        assert not sending.drain.once()

    def test_an_address_where_nobody_receives(self, sending: Sending, shop: Channel) -> None:
        body = body_of(post("1"))
        headers = signed(body, shop.secret["signing"])
        for key in ("", "0" * 32, "../x", shop.address + "0", shop.address.upper() + "é"):
            self.refused(sending.ask(key, body, headers), 404, "not_found")
        answer = sending.ask(shop.address, body, headers, method="GET")
        assert (answer.status, answer.headers["allow"]) == (405, "POST")

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"posts":' + b"[" * 100_000])
    def test_a_body_that_is_no_json(self, sending: Sending, shop: Channel, body: bytes) -> None:
        answer = sending.ask(shop.address, body, signed(body, shop.secret["signing"]))
        self.refused(answer, 400, "invalid")

    @pytest.mark.parametrize(
        ("message", "field"),
        [
            ({"posts": 5}, "posts"),
            ([], "body"),
            ({"posts": [post("1"), post("2", created_at="yesterday")]}, "posts[1].created_at"),
            ({"posts": [post("1", created_at="2026-03-02T22:10:00")]}, "posts[0].created_at"),
            ({"posts": [post("1", created_at="2199-01-01T00:00:00Z")]}, "posts[0].created_at"),
            ({"posts": [post("")]}, "posts[0].id"),
            ({"posts": [post("1", author={"id": ""})]}, "posts[0].author.id"),
            ({"posts": [post("1", url="javascript:alert(1)")]}, "posts[0].url"),
            ({"posts": [{"id": "1"}]}, "posts[0]"),
            ({"posts": [7]}, "posts[0]"),
            ({"deletions": [{"id": "1"}]}, "deletions[0]"),
            ({"posts": [post(str(number)) for number in range(1001)]}, "posts"),
        ],
    )
    def test_a_message_with_a_fault_is_refused_whole_and_says_where(
        self, sending: Sending, shop: Channel, message: object, field: str
    ) -> None:
        body = json.dumps(message).encode()
        answer = sending.ask(shop.address, body, signed(body, shop.secret["signing"]))
        fields = self.refused(answer, 422, "invalid")
        assert list(fields) == [field]
        assert not sending.drain.once()

    def test_a_body_that_is_too_large(self, sending: Sending, shop: Channel) -> None:
        large = {"content-length": "1000001"}
        self.refused(sending.ask(shop.address, b"", large), 413, "too_large")
        chunks = [b"x" * 600_000, b"x" * 600_000, b"never read"]
        self.refused(sending.ask(shop.address, b"", {}, chunks=chunks), 413, "too_large")

    def test_a_paused_and_a_disconnected_channel(
        self, sending: Sending, shop: Channel, owner: Member
    ) -> None:
        secret = shop.secret["signing"]
        body = body_of(post("1"))
        channels.pause(shop.pk, by=owner)
        answer = sending.ask(shop.address, body, signed(body, secret))
        self.refused(answer, 503, "paused")
        assert answer.headers["retry-after"]
        channels.remove(shop.pk, by=owner)
        self.refused(sending.ask(shop.address, body, signed(body, secret)), 410, "gone")

    def test_a_full_disk_and_a_full_spool(
        self, sending: Sending, shop: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        body = body_of(post("1"))
        headers = signed(body, shop.secret["signing"])
        with monkeypatch.context() as patch:
            patch.setattr(segments, "force", full)
            answer = sending.ask(shop.address, body, headers)
            self.refused(answer, 503, "spool_unwritable")
            assert answer.headers["retry-after"] == "10"
        sending.spool.close()
        with monkeypatch.context() as patch:
            small = spool.SpoolWriter(sending.place / "7", most_bytes=10)
            patch.setattr(spool, "open_writer", lambda place: small)
            self.refused(sending.ask(shop.address, body, headers), 503, "spool_full")
            sending.spool.close()
        # Neither was taken for stored, so the very same message is taken now.
        assert sending.ask(shop.address, body, headers).told == {"accepted": 1}


class TestSecrets:
    def test_both_are_good_while_senders_change_over(
        self, sending: Sending, shop: Channel, owner: Member
    ) -> None:
        old = shop.secret["signing"]
        new = channels.rotate_secret(shop.pk, by=owner).secret["signing"]
        body = body_of(post("1"))
        for secret in (old, new):
            assert sending.ask(shop.address, body, signed(body, secret)).status == 202
        channels.rotate_secret(shop.pk, by=owner)
        assert sending.ask(shop.address, body, signed(body, old)).status == 401
        assert sending.ask(shop.address, body, signed(body, new)).status == 202

    def test_are_shown_once_in_the_browser(self, owner: Member) -> None:
        browser = Client()
        browser.force_login(owner.user, "django.contrib.auth.backends.ModelBackend")
        base = f"/w/{owner.workspace.slug}/channels/"
        page = browser.post(f"{base}connect/webhook/", {"name": "Shop"})
        shop = Channel.objects.get(kind="webhook")
        assert shop.secret["signing"] in page.content.decode()
        assert f"/in/{shop.address}" in page.content.decode()
        assert "no-store" in page.headers["Cache-Control"]
        shown = browser.get(f"{base}{shop.pk}/").content.decode()
        assert shop.secret["signing"] not in shown
        assert "Nothing was handed in yet" in shown
        again = browser.post(f"{base}{shop.pk}/secret/").content.decode()
        new = Channel.objects.get(pk=shop.pk).secret["signing"]
        assert new in again
        assert new != shop.secret["signing"]
        assert "The secret before it is good until" in again

    def test_are_shown_once_in_the_api(self, owner: Member) -> None:
        token = team.create_token("t", ["channels:write"], for_member=owner, by=SYSTEM)[1]
        client = Client(headers={"authorization": f"Bearer {token}"})
        made = client.post(
            "/api/v1/channels", {"kind": "webhook", "values": {"name": "Shop"}}, "application/json"
        ).json()
        shop = Channel.objects.get(pk=made["id"])
        assert made["secret"] == shop.secret["signing"]
        assert made["receive_url"].endswith(f"/in/{shop.address}")
        told = client.post(f"/api/v1/channels/{shop.pk}/secret").json()
        assert told["secret"] == Channel.objects.get(pk=shop.pk).secret["signing"]
        assert told["previous_until"]
        other = client.post(
            "/api/v1/channels",
            {"kind": "sandbox", "values": {"handle": "kite"}},
            "application/json",
        ).json()
        assert (other["secret"], other["receive_url"]) == ("", "")
        assert client.post(f"/api/v1/channels/{other['id']}/secret").json()["code"] == "no_secret"


class TestTheApi:
    @pytest.fixture
    def client(self, owner: Member) -> Client:
        token = team.create_token("t", ["mentions:write"], for_member=owner, by=SYSTEM)[1]
        return Client(headers={"authorization": f"Bearer {token}"})

    def post(self, client: Client, **body: object) -> object:
        return client.post("/api/v1/mentions/batch", body, "application/json")

    def test_takes_many_posts_by_the_same_road(self, sending: Sending, client: Client) -> None:
        posts = [post(str(number), f"parcel {number}") for number in range(30)]
        answer = self.post(client, integration="shop", posts=posts)
        assert (answer.status_code, answer.json()) == (202, {"accepted": 30})
        assert not Mention.objects.exists()
        sending.take_in()
        sending.take_in()
        assert len(texts()) == 30
        assert Channel.objects.get().name == "shop"

    def test_says_what_is_wrong_and_where(self, sending: Sending, client: Client) -> None:
        answer = self.post(client, posts=[post("1"), post("2", created_at="2199-01-01T00:00:00Z")])
        assert answer.status_code == 422
        assert list(answer.json()["fields"]) == ["posts[1].created_at"]
        assert self.post(client, posts=[{"id": "1"}]).status_code == 422
        assert not sending.drain.once()

    def test_says_when_to_come_again(
        self, sending: Sending, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(segments, "force", full)
        answer = self.post(client, posts=[post("1")])
        assert (answer.status_code, answer.json()["code"]) == (503, "spool_unwritable")
        assert answer.headers["Retry-After"]


class TestTakingIn:
    @pytest.fixture
    def calls(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
        """How many posts were taken in together, each time."""
        found: list[int] = []
        original = draining.hand_on

        def counted(channel: Channel, batch: Batch, stop: threading.Event) -> None:
            found.append(len(batch.posts))
            original(channel, batch, stop)

        monkeypatch.setattr(draining, "hand_on", counted)
        return found

    def test_puts_small_messages_of_a_channel_together(
        self, sending: Sending, shop: Channel, calls: list[int]
    ) -> None:
        for number in range(25):
            sending.send(shop, post(str(number)))
        sending.take_in()
        assert calls == [25]
        assert spool.SpoolReader(sending.place / "0", lambda *_: None).read() is None

    def test_waits_for_a_database_that_is_away(
        self, sending: Sending, shop: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_: object) -> None:
            raise OperationalError("the connection is lost")

        sending.send(shop, post("1"))
        with monkeypatch.context() as patch:
            patch.setattr(draining, "hand_on", away)
            with pytest.raises(OperationalError):
                sending.drain.once()
        sending.take_in()
        assert len(texts()) == 1

    def test_sets_aside_what_nothing_can_be_done_with(
        self, sending: Sending, shop: Channel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = draining.hand_on

        def choke(channel: Channel, batch: Batch, stop: threading.Event) -> None:
            if any(one.external_id == "poison" for one in batch.posts):
                raise ValueError("it chokes on this")
            original(channel, batch, stop)

        monkeypatch.setattr(draining, "hand_on", choke)
        sending.send(shop, post("1"))
        sending.send(shop, post("poison"))
        sending.spool.append_now(b"not an envelope")
        sending.send(shop, post("2"))
        sending.take_in()
        assert len(texts()) == 2
        aside = draining.set_aside_records()
        assert [one.reason.split(":")[0] for one in aside] == [
            "It cannot be read",
            "ValueError",
        ]
        assert aside[0].record == b"not an envelope"
        assert b"poison" in aside[1].record
        assert draining.waiting_bytes() == 0

    def test_sets_aside_what_belongs_to_a_channel_that_is_gone(
        self, sending: Sending, shop: Channel
    ) -> None:
        sending.send(shop, post("1"))
        assert draining.waiting_bytes() > 0
        shop.delete()
        sending.take_in()
        assert len(draining.set_aside_records()) == 1


def test_a_webhook_is_listening_only() -> None:
    able = network("webhook").capabilities
    assert able.receives
    assert not able.can_reply
