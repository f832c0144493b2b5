"""Messages are found through the API."""

import pytest

from tests.api.conftest import Api
from tests.guards.world import Brand

pytestmark = pytest.mark.django_db


def hand_in(api: Api, id_: str, text: str, **more: object) -> None:
    post = {
        "integration": "Shop", "external_id": id_, "author_id": id_, "text": text,
        "created_at": "2026-05-04T22:10:00+02:00",
    }  # fmt: skip
    api.ok("POST /mentions", post | more)


def test_messages_are_found_page_by_page_with_marks(api: Api, work: object) -> None:
    for number in range(3):
        hand_in(api, f"r{number}", f"The lamp {number} is broken", direct=number == 1)
    work()  # type: ignore[operator]
    seen, cursor = [], ""
    while True:
        page = api.ok(f"GET /search?search=LAMP&limit=1{cursor}")
        seen += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert [one["entry"]["text"] for one in seen] == [
        f"The lamp {number} is broken" for number in (2, 1, 0)
    ]
    assert [one["marks"] for one in seen] == [[[4, 8]]] * 3
    one = seen[0]
    assert api.ok(f"GET /conversations/{one['conversation_id']}")["person"] == one["person"]
    assert len(api.ok("GET /search?search=lamp&status=resolved")["items"]) == 0


def test_kept_posts_are_found_without_direct_ones(api: Api) -> None:
    hand_in(api, "a", "The lamp is broken")
    hand_in(api, "b", "A lamp for my mother", direct=True)
    page = api.ok("GET /mentions?search=lamp&limit=1")
    assert [one["text"] for one in page["items"]] == ["The lamp is broken"]
    assert page["next"] is None


@pytest.mark.parametrize(
    "query", ["search=-a", "search=%21", "search=", "search=a*", "cursor=x&search=lamp"]
)
def test_what_cannot_be_looked_for_is_refused(api: Api, kite: Brand, query: str) -> None:
    told = api.problem(422, f"GET /search?{query}")
    assert told["fields"]
