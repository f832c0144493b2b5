"""Shortened addresses are followed once, carefully, and what they lead to counts."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.http import HttpClient
from cornbread.foundation.jobs import drain
from cornbread.listening import actions, short_links
from cornbread.listening.domain import addresses
from cornbread.listening.models import Link, Mention
from cornbread.team.domain.permissions import Role
from tests import world

pytestmark = pytest.mark.django_db
PAGES = {
    "/shop": (301, "https://Shop.example/sale?utm_source=x"),
    "/again": (302, "/shop"),
    "/loop": (302, "/loop"),
    "/gone": (404, ""),
    "/busy": (503, ""),
    "/page": (200, ""),
    "/evil": (302, "ftp://files.example/"),
}


class Shortener:
    """A shortener on this machine; ``asked`` holds method and path of every request."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.heads = True
        asked, outer = self.asked, self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                asked.append((self.command, self.path))
                status, location = PAGES[self.path]
                if self.command == "HEAD" and not outer.heads:
                    status, location = 405, ""
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_HEAD  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def shortener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shortener]:
    one = Shortener()
    threading.Thread(target=one.server.serve_forever, daemon=True).start()
    monkeypatch.setattr(addresses, "SHORTENERS", frozenset({"127.0.0.1"}))
    monkeypatch.setattr(short_links, "open_client", lambda: HttpClient(local=True))
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def place(pretend: world.Pretend) -> Channel:
    return world.channel(world.workspace())


def expand(place: Channel) -> Link:
    short_links.expand_links.call(place.workspace_id)
    return Link.objects.order_by("-pk")[0]


def test_an_address_is_followed_to_its_page_which_is_not_opened(
    shortener: Shortener, place: Channel
) -> None:
    world.hear(place, world.post("1", f"Look at {shortener.url}/again now"))
    drain(queues=["default"])
    link = Link.objects.get()
    assert (link.state, link.leads_to) == ("known", "https://shop.example/sale")
    assert Mention.objects.get().links == ["https://shop.example/sale"]
    assert shortener.asked == [("HEAD", "/again"), ("HEAD", "/shop")]
    world.hear(place, world.post("2", f"{shortener.url}/again", by="bo"))
    drain(queues=["default"])
    assert len(shortener.asked) == 2
    assert Mention.objects.get(external_id="2").links == ["https://shop.example/sale"]


def test_a_shortener_that_knows_no_head_is_asked_plainly(
    shortener: Shortener, place: Channel
) -> None:
    shortener.heads = False
    world.hear(place, world.post("1", f"{shortener.url}/shop"))
    assert expand(place).leads_to == "https://shop.example/sale"


@pytest.mark.parametrize(
    ("path", "trouble", "again"),
    [
        ("/loop", "too_far", False),
        ("/gone", "gone", False),
        ("/page", "no_way_on", False),
        ("/evil", "no_address", False),
        ("/busy", "status_503", True),
    ],
)
def test_what_leads_nowhere_is_remembered(
    shortener: Shortener, place: Channel, path: str, trouble: str, again: bool
) -> None:
    world.hear(place, world.post("1", f"{shortener.url}{path}"))
    link = expand(place)
    assert (link.state, link.trouble, link.due_at is not None) == ("failed", trouble, again)
    asked = len(shortener.asked)
    expand(place)
    assert len(shortener.asked) == asked


def test_trouble_is_tried_again_ever_later_and_then_no_more(
    shortener: Shortener, place: Channel
) -> None:
    world.hear(place, world.post("1", f"{shortener.url}/busy"))
    for hours in (0, *short_links.AGAIN_AFTER_H):
        with clock.stopped_at(clock.now() + timedelta(hours=hours, seconds=1)):
            link = expand(place)
        Link.objects.filter(due_at__isnull=False).update(due_at=clock.now())
    assert link.attempts == 6
    assert Link.objects.get().due_at is None


def test_addresses_inside_our_network_are_refused(
    shortener: Shortener, place: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short_links, "open_client", HttpClient)
    world.hear(place, world.post("1", f"{shortener.url}/shop"))
    link = expand(place)
    assert (link.state, link.trouble, link.due_at) == ("failed", "address_refused", None)
    assert shortener.asked == []


def test_watches_catch_where_a_link_leads(shortener: Shortener, place: Channel) -> None:
    lead = world.member(place.workspace, Role.LEAD)
    watch = actions.save_watch(by=lead, name="Shop", query="domain:shop.example")
    actions.save_watch(by=lead, name="All", query="bargain", to_inbox=False)
    world.hear(place, world.post("1", f"bargain {shortener.url}/shop", addressed=False))
    assert world.conversations(place.workspace) == []
    drain(queues=["default"])
    world.catch_up()
    assert watch.catches.count() == 1
    assert world.ids_in(world.conversation(place.workspace)) == ["1"]


def test_a_brand_may_keep_it_off_and_private_posts_are_never_followed(
    shortener: Shortener, place: Channel
) -> None:
    world.hear(place, world.direct(world.post("1", f"{shortener.url}/shop")))
    place.workspace.expand_links = False
    place.workspace.save()
    world.hear(place, world.post("2", f"{shortener.url}/shop"))
    assert not Link.objects.exists()


def test_posts_without_short_links_cost_one_query(place: Channel) -> None:
    kept = world.hear(place, world.post("1", "See https://shop.example/tea"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        short_links.note_short_links(place.workspace_id, kept.heard)
    assert len([one for one in asked if one["sql"].startswith("SELECT")]) == 1
