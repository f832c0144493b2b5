"""The pages of watches: who may open them, what they say, and what they do."""

import re
from html import unescape

import pytest
from django.test import Client

from cornbread.listening import actions, queries
from cornbread.listening.models import Watch
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member, Workspace
from tests.listening.posts_here import hear, heard
from tests.people_here import brand, member, owner_of, signed_in
from tests.safe_html import hostile_texts, what_would_run

pytestmark = pytest.mark.django_db
GOOD = {"name": "Late", "query": "late OR delay*", "purpose": "brand", "topic": "", "active": "on"}


@pytest.fixture
def workspace() -> Workspace:
    return brand()


@pytest.fixture
def ona(workspace: Workspace) -> Member:
    return owner_of(workspace)


@pytest.fixture
def browser(ona: Member) -> Client:
    return signed_in(ona)


def at(member: Member, path: str) -> str:
    return f"/w/{member.workspace.slug}/listening/{path}"


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def rows_of(page: str) -> dict[str, str]:
    """What the table of parts says of each part."""
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', page, re.S)
    return {words_of(part): words_of(change) for part, change in rows}


def a_watch(by: Member, name: str = "Late", query: str = "late", **more: object) -> Watch:
    return actions.save_watch(by=by, name=name, query=query, **more)  # type: ignore[arg-type]


def test_a_stranger_is_led_to_the_sign_in(ona: Member) -> None:
    watch = a_watch(ona)
    for path in ("", "new/", f"{watch.pk}/", "stream/", "stream/new/"):
        answer = Client().get(at(ona, path))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


def test_members_of_another_brand_learn_nothing(ona: Member) -> None:
    watch = a_watch(ona)
    other = owner_of(brand("Blue Heron Hotels"))
    browser = signed_in(other)
    for path in ("", "new/", f"{watch.pk}/", "stream/"):
        assert browser.get(at(ona, path)).status_code == 404
    assert browser.get(at(other, f"{watch.pk}/")).status_code == 404
    assert browser.post(at(other, f"{watch.pk}/delete/")).status_code == 404
    assert browser.post(at(other, f"{watch.pk}/switch/")).status_code == 404
    assert browser.get(at(other, f"stream/?watch={watch.pk}")).status_code == 404
    assert Watch.objects.filter(pk=watch.pk, active=True).exists()


def test_an_analyst_reads_watches_and_changes_none(workspace: Workspace, ona: Member) -> None:
    watch = a_watch(ona)
    browser = signed_in(member(workspace, Role.ANALYST))
    page = browser.get(at(ona, "")).content.decode()
    assert "Late" in page
    assert "New watch" not in page
    assert 'role="switch"' not in page
    assert browser.get(at(ona, "new/")).status_code == 403
    assert browser.post(at(ona, "new/"), GOOD).status_code == 403
    assert browser.post(at(ona, f"{watch.pk}/delete/")).status_code == 403
    assert browser.post(at(ona, f"{watch.pk}/switch/")).status_code == 403
    assert browser.post(at(ona, "preview/"), {"query": "late"}).status_code == 200


def test_a_partner_does_not_see_what_is_listened_for(workspace: Workspace, ona: Member) -> None:
    browser = signed_in(member(workspace, Role.PARTNER))
    assert browser.get(at(ona, "")).status_code == 403
    assert browser.get(at(ona, "stream/")).status_code == 403


def test_a_new_watch_is_saved_and_listed_with_its_owner(browser: Client, ona: Member) -> None:
    answer = browser.post(at(ona, "new/"), GOOD, follow=True)
    watch = Watch.objects.get()
    assert (watch.query, watch.owner, watch.active, watch.to_inbox) == (
        "late OR delay*", ona, True, False,
    )  # fmt: skip
    page = answer.content.decode()
    assert "Saved. Listening for “Late”." in page
    assert '<span class="cb-q-operator">OR</span>' in page
    assert "Ona Weld" in page


def test_a_watch_that_exists_is_changed(browser: Client, ona: Member) -> None:
    watch = a_watch(ona)
    assert "late" in browser.get(at(ona, f"{watch.pk}/")).content.decode()
    browser.post(at(ona, f"{watch.pk}/"), {**GOOD, "name": "Later", "query": "later"})
    watch.refresh_from_db()
    assert (watch.name, watch.query) == ("Later", "later")


def test_a_faulty_query_keeps_what_was_typed_and_marks_the_place(
    browser: Client, ona: Member
) -> None:
    typed = {**GOOD, "name": "Trains & trams", "query": "(train OR bus", "topic": "night"}
    answer = browser.post(at(ona, "new/"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Trains &amp; trams"' in page
    assert 'value="night"' in page
    assert "(train OR bus</textarea>" in page
    assert "This parenthesis is never closed." in page
    assert '<mark class="cb-fault">(</mark>train OR bus' in page
    assert 'data-puts-query="(train OR bus)"' in page
    assert not Watch.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"query": " "}, "This field is required."),
        ({"query": "a\x00b"}, "Null characters are not allowed."),
        ({"purpose": "world"}, "Select a valid choice."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"query": "late " * 1000}, "the most is 4096"),
    ],
)
def test_input_that_cannot_be_used_is_explained(
    browser: Client, ona: Member, change: dict[str, str], said: str
) -> None:
    answer = browser.post(at(ona, "new/"), {**GOOD, **change})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_two_watches_cannot_have_one_name(browser: Client, ona: Member) -> None:
    a_watch(ona)
    answer = browser.post(at(ona, "new/"), GOOD)
    assert answer.status_code == 422
    assert "There is already a watch of this name." in answer.content.decode()


def test_the_preview_counts_and_marks_what_matched(browser: Client, ona: Member) -> None:
    heard(ona, "The train is LATE again", id_="1")
    heard(ona, "All is well", id_="2")
    heard(ona, "late, but nobody else may know", id_="3", direct=True)
    page = browser.post(at(ona, "preview/"), {"query": "late"}).content.decode()
    words = " ".join(unescape(page).split())
    assert 'caught <strong class="tabular">1</strong>' in words
    assert 'the last <span class="tabular">2</span> posts (50 %)' in words
    assert 'The train is <mark class="cb-hit">LATE</mark> again' in page
    assert "nobody else" not in page


def test_the_preview_says_where_a_query_is_wrong(browser: Client, ona: Member) -> None:
    page = browser.post(at(ona, "preview/"), {"query": "langg:en train"}).content.decode()
    assert "There is no field langg: here. Did you mean lang:?" in page
    assert '<mark class="cb-fault">langg:en</mark>' in page
    assert 'data-puts-query="lang:en train"' in page


def test_the_preview_says_what_each_part_is_for_and_why_a_post_matched(
    browser: Client, ona: Member
) -> None:
    for number, text in enumerate(("late train", "late bus", "late toy train", "on time")):
        heard(ona, text, id_=str(number))
    page = browser.post(at(ona, "preview/"), {"query": "late (train OR tram) -toy"})
    rows = rows_of(page.content.decode())
    assert rows == {
        "late": "no difference so far",
        "train OR tram": "1 more",
        "train": "1 fewer",
        "tram": "no difference so far",
        "NOT toy": "1 more",
    }
    because = re.search(r'ls-grounds">(.*?)</p>', page.content.decode(), re.S)
    assert because is not None
    assert words_of(because[1]) == "Because of late train NOT toy"


def test_a_match_without_words_says_what_it_is_because_of(browser: Client, ona: Member) -> None:
    heard(ona, "on time?")
    page = browser.post(at(ona, "preview/"), {"query": "has:question"}).content.decode()
    assert '<span class="cb-q-field">has:question</span>' in page.split("ls-grounds", 1)[1]
    assert "Without one part" not in page


def test_a_query_that_catches_a_lot_is_warned_of(browser: Client, ona: Member) -> None:
    for query, warned in (
        ("the", True),
        ("cornbread", False),
        ("cornbread OR -is:reply late", False),
    ):
        page = browser.post(at(ona, "preview/"), {"query": query}).content.decode()
        assert ("This will catch a lot" in page) is warned, query


def test_a_network_that_is_none_is_warned_of_with_what_was_meant(
    browser: Client, ona: Member
) -> None:
    page = unescape(
        browser.post(at(ona, "preview/"), {"query": "a network:mastodn"}).content.decode()
    )
    assert "There is no network mastodn here" in page
    assert 'data-puts-query="a network:mastodon"' in page
    page = browser.post(at(ona, "preview/"), {"query": "a network:twitter"}).content.decode()
    assert "There is no network twitter here" in page
    assert "Did you mean" not in page


def test_an_empty_preview_is_no_mistake(browser: Client, ona: Member) -> None:
    page = browser.post(at(ona, "preview/"), {"query": "  "}).content.decode()
    assert "Begin with the name of your brand" in page
    assert "data-faulty" not in page


def test_every_example_of_the_help_can_be_used(browser: Client, ona: Member) -> None:
    page = browser.get(at(ona, "new/")).content.decode()
    examples = [unescape(part.split('"', 1)[0]) for part in page.split('data-puts-query="')[1:]]
    assert len(examples) > 8
    for query in examples:
        found = browser.post(at(ona, "preview/"), {"query": query}).content.decode()
        assert "Would have caught" in found, query


def test_a_watch_is_switched_off_and_on_in_the_list(browser: Client, ona: Member) -> None:
    watch = a_watch(ona)
    row = browser.post(at(ona, f"{watch.pk}/switch/"), {"active": "no"}, HTTP_HX_REQUEST="true")
    assert 'aria-checked="false"' in row.content.decode()
    watch.refresh_from_db()
    assert not watch.active
    answer = browser.post(at(ona, f"{watch.pk}/switch/"), {"active": "yes"})
    watch.refresh_from_db()
    assert (answer.status_code, watch.active) == (302, True)


def test_a_deleted_watch_leaves_what_it_caught(browser: Client, ona: Member) -> None:
    watch = a_watch(ona)
    mention = heard(ona, "late again")
    answer = browser.post(at(ona, f"{watch.pk}/delete/"), follow=True)
    assert "“Late” was deleted." in answer.content.decode()
    assert not Watch.objects.exists()
    assert queries.mention(mention.pk, seen_by=ona) == mention


def test_a_query_of_an_older_grammar_is_shown_as_broken(browser: Client, ona: Member) -> None:
    watch = a_watch(ona)
    Watch.objects.filter(pk=watch.pk).update(query="late AND (")
    assert "This query cannot be used" in browser.get(at(ona, "")).content.decode()
    assert browser.get(at(ona, f"{watch.pk}/")).status_code == 200
    assert browser.get(at(ona, f"stream/?watch={watch.pk}")).status_code == 200


def test_a_thousand_watches_come_in_pages_without_gap_or_repeat(
    browser: Client, ona: Member, django_assert_max_num_queries: object
) -> None:
    Watch.objects.bulk_create(
        Watch(workspace=ona.workspace, owner=ona, name=f"W {n:03}", query="x", active=n % 3 > 0)
        for n in range(120)
    )
    names, place = [], {}
    for _ in range(3):
        with django_assert_max_num_queries(8):  # type: ignore[operator]
            answer = browser.get(at(ona, ""), place, HTTP_HX_TARGET="watch-more")
        found = answer.context["found"]
        names += [watch.name for watch in found.watches]
        place = dict(zip(("state", "after"), found.more, strict=True)) if found.more else {}
    assert place == {}
    assert len(names) == len(set(names)) == 120
    assert "W 001" in browser.get(at(ona, ""), {"q": "w 00"}).content.decode()
    assert "No watch has these words" in browser.get(at(ona, ""), {"q": "zzz"}).content.decode()


def test_hostile_words_are_shown_and_not_run(browser: Client, ona: Member) -> None:
    texts = hostile_texts()
    for text in texts[::3]:
        page = browser.post(at(ona, "preview/"), {"query": text})
        assert page.status_code == 200, text
        assert what_would_run(page.content.decode()) == [], text
    for text in texts[::24]:
        page = browser.post(at(ona, "new/"), {**GOOD, "query": text, "name": text, "topic": text})
        assert page.status_code in (302, 422), text
        assert what_would_run(page.content.decode()) == [], text
    assert what_would_run(browser.get(at(ona, "")).content.decode()) == []


def test_hostile_posts_are_shown_and_not_run(browser: Client, ona: Member) -> None:
    texts = hostile_texts()
    actions.save_watch(by=ona, name="Late", query="late")
    hear(ona, [(f"late {text}", text[:200]) for text in texts])
    assert (
        what_would_run(browser.post(at(ona, "preview/"), {"query": "late"}).content.decode()) == []
    )
    address, shown = at(ona, "stream/"), 0
    while True:
        answer = browser.get(address, HTTP_HX_TARGET="stream-more")
        assert what_would_run(answer.content.decode()) == []
        shown += len(answer.context["found"].rows)
        address = answer.context["more_address"]
        if not answer.context["found"].more:
            break
    assert shown == len(texts)
