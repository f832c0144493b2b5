"""Messages are found again by their words, newest first."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cornbread.foundation.errors import Invalid
from cornbread.listening import queries
from cornbread.listening.domain.wording import read
from cornbread.listening.models import Mention
from cornbread.listening.searching import newest
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Workspace
from tests import world
from tests.world import channel, direct, edited, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pretend")]

SAID = {
    "late": "My train is late AGAIN!",
    "cat": "I lost my cat on the train",
    "menu": "Crème brûlée at the café, please",
    "wifi": "The wi-fi doesn't work; see https://example.org/wifi/map?x=1 and/or #NightTrain",
    "tokyo": "東京駅で電車が遅れています",
    "thai": "รถไฟมาสาย",
    "korean": "기차가 늦어요",
}


@pytest.fixture
def brand() -> Workspace:
    place = channel(world.workspace())
    heard = [post(id_, text, by=id_) for id_, text in SAID.items()]
    world.hear(place, *heard, follow_up=False)
    return place.workspace


def found(brand: Workspace, typed: str, **more: int) -> list[str]:
    names = dict(Mention.objects.values_list("pk", "external_id"))
    return [names[id_] for id_ in newest(read(typed), brand.pk, **more)]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("train", "cat late"),
        ("TRAIN late", "late"),
        ('"train is late"', "late"),
        ('"is train"', ""),
        ("trai*", "cat late"),
        ("trai", ""),
        ('train -"lost my"', "late"),
        ("train -late -cat", ""),
        ("creme cafe", "menu"),
        ("CRÈME BRÛL*", "menu"),
        ("doesn't", "wifi"),
        ("doesn’t wi-fi", "wifi"),
        ("example.org", "wifi"),
        ("map", "wifi"),
        ("or", "wifi"),
        ("#nighttrain", "wifi"),
        ("電車", "tokyo"),
        ("車電", ""),
        ("รถไฟ", "thai"),
        ("늦어", "korean"),
    ],
)
def test_what_is_found(brand: Workspace, typed: str, ids: str) -> None:
    assert found(brand, typed) == ids.split()


@pytest.mark.parametrize(
    "typed", ["", "…", "👍", '""', "-train", "a*", "\x00", " ".join(["on"] * 17)]
)
def test_what_cannot_be_looked_for_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(typed)
    assert refused.value.fields["search"] == refused.value.message


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
    | st.text("ab\"'*-: ()^&|!\\é東")
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_may_be_typed(brand: Workspace, typed: str) -> None:
    try:
        wording = read(typed)
    except Invalid:
        return
    newest(wording, brand.pk)
    wording.spans(typed)


@pytest.mark.parametrize("text", SAID.values())
def test_every_word_of_a_text_finds_it_and_is_marked(brand: Workspace, text: str) -> None:
    """Both databases read texts as the marking does."""
    for part in read(" ".join(text.split()[:16])).wanted:
        wording = read(f'"{part.text}"')
        assert newest(wording, brand.pk)
        assert wording.spans(text)


def test_marks_stand_where_the_words_are() -> None:
    text = "Crème brûlée, Creme. 東京駅"
    spans = read('creme "BRULEE creme" 京').spans(text)
    assert [text[start:end] for start, end in sorted(spans)] == [
        "Crème", "brûlée, Creme", "Creme", "京",
    ]  # fmt: skip


def test_what_was_edited_is_found_by_what_it_says_now() -> None:
    place = channel(world.workspace())
    first = post("1", "The window is open")
    world.hear(place, first, follow_up=False)
    world.hear(place, edited(first, "The door is shut", at=5), follow_up=False)
    assert found(place.workspace, "window") == []
    assert found(place.workspace, "door") == ["1"]


def test_what_was_taken_back_is_not_found() -> None:
    place = channel(world.workspace())
    world.hear(place, post("1", "The window is open"), follow_up=False)
    world.take_back(place, "1", at=5)
    assert found(place.workspace, "window") == []


def test_brands_do_not_find_each_others_messages(brand: Workspace) -> None:
    other = channel(world.workspace("Blue Heron"))
    world.hear(other, post("9", "Our train too"), follow_up=False)
    assert found(brand, "train") == ["cat", "late"]
    assert found(other.workspace, "train") == ["9"]


def test_pages_go_on_after_the_last_one(brand: Workspace) -> None:
    first, second = newest(read("train"), brand.pk)
    assert newest(read("train"), brand.pk, before=first) == [second]
    assert newest(read("train"), brand.pk, before=second) == []
    assert newest(read("train"), brand.pk, before=-5) == []


def test_what_was_kept_before_there_was_an_index_is_found(brand: Workspace) -> None:
    search = import_module("cornbread.listening.migrations.0003_search")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # A real one cannot be had inside of the test's transaction.
        editor = SimpleNamespace(
            connection=connection, execute=lambda sql, params=None: cursor.execute(sql)
        )
        search.unmake(apps, editor)
        search.make(apps, editor)
    assert found(brand, "train") == ["cat", "late"]
    assert found(brand, "creme") == ["menu"]


def test_listening_finds_public_posts_page_by_page(brand: Workspace) -> None:
    place = channel(brand)
    world.hear(place, direct(post("dm", "My train ticket")), follow_up=False)
    reader = world.member(brand, Role.ANALYST)
    page = queries.search(read("train"), seen_by=reader, limit=1)
    assert [one.external_id for one in page.hits] == ["cat"]
    page = queries.search(read("train"), seen_by=reader, limit=1, before=page.before)
    assert [one.external_id for one in page.hits] == ["late"]
    assert page.before is None
