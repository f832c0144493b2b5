"""Lists in pages: everything is met exactly once, while rows come, change and go."""

from datetime import timedelta

import pytest

from cornbread.care.models import Conversation
from cornbread.channels.domain.posts import Author, Batch, HeardPost
from cornbread.channels.models import Channel
from cornbread.foundation import clock
from cornbread.foundation.jobs import drain
from cornbread.listening.intake import take_in
from cornbread.listening.models import Mention
from tests.api.conftest import Api
from tests.guards.world import Brand

pytestmark = pytest.mark.django_db


def hear(kite: Brand, *numbers: int) -> None:
    """Posts by as many customers, some of them at the very same moment."""
    channel = Channel.objects.get(pk=kite.ids["channel_id"])
    moment = clock.now() - timedelta(hours=5)
    posts = tuple(
        HeardPost(
            external_id=f"page-{number}",
            author=Author(
                external_id=f"c-{number}", handle=f"c{number}", name=f"Customer {number}"
            ),
            text=f"Question {number}",
            created_at=moment + timedelta(minutes=number // 3),
            addressed=True,
        )
        for number in numbers
    )
    take_in(channel, Batch(stream="posts", posts=posts))
    drain(workspace_id=kite.workspace.pk, queues=["reactions"])


def walk(api: Api, path: str, meanwhile=lambda page: None) -> list[int]:
    met, cursor, pages = [], "", 0
    while True:
        page = api.ok(f"GET {path}{'&' if '?' in path else '?'}limit=4&cursor={cursor}")
        assert len(page["items"]) <= 4
        met += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return met
        assert len(page["items"]) == 4
        cursor, pages = page["next"], pages + 1
        meanwhile(pages)


@pytest.mark.parametrize(
    "path", ["/conversations", "/conversations?order=id", "/people", "/mentions"]
)
def test_every_row_is_met_once(api: Api, kite: Brand, path: str) -> None:
    hear(kite, *range(11))
    met = walk(api, path)
    assert len(met) == len(set(met)) == 12
    whole = api.ok(f"GET {path}{'&' if '?' in path else '?'}limit=200")
    assert [item["id"] for item in whole["items"]] == met
    assert whole["next"] is None


@pytest.mark.parametrize(
    "path", ["/conversations?order=id", "/people", "/mentions", "/people?search=c", "/people?"]
)
def test_every_row_is_met_once_while_others_come_and_change(
    api: Api, kite: Brand, path: str
) -> None:
    hear(kite, *range(11))
    before = {
        item["id"] for item in api.ok(f"GET {path}{'&' if '?' in path else '?'}limit=200")["items"]
    }

    def meanwhile(page: int) -> None:
        hear(kite, 100 + page)
        # What was urgent is so no more, and the other way round.
        for conversation in Conversation.objects.all():
            conversation.position = -conversation.position
            conversation.save(update_fields=["position"])

    met = walk(api, path, meanwhile)
    assert len(met) == len(set(met))
    assert before <= set(met)


def test_a_row_that_is_gone_does_not_end_the_walk(api: Api, kite: Brand) -> None:
    hear(kite, *range(11))
    first = api.ok("GET /mentions?limit=4")
    gone = [item["id"] for item in first["items"]]
    Mention.objects.filter(pk__in=gone).update(deleted_at=clock.now())
    rest = api.ok(f"GET /mentions?limit=200&cursor={first['next']}")
    assert len(rest["items"]) == 8


def test_the_last_page_says_that_it_is_the_last(api: Api, kite: Brand) -> None:
    hear(kite, 1, 2, 3)
    assert api.ok("GET /people?limit=4")["next"] is None
    assert api.ok("GET /people?limit=3")["next"]


def test_a_cursor_of_another_list_is_refused(api: Api, kite: Brand) -> None:
    hear(kite, *range(5))
    cursor = api.ok("GET /conversations?limit=1")["next"]
    assert "cursor" in api.problem(422, f"GET /people?cursor={cursor}")["fields"]
