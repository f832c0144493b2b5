"""The stream of what watches caught: what it shows, how it goes on, and the way to the inbox."""

import pytest
from django.test import Client

from cornbread.care.models import Conversation
from cornbread.listening import actions
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member
from tests.listening.posts_here import heard
from tests.people_here import brand, member, owner_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ona() -> Member:
    return owner_of(brand())


@pytest.fixture
def browser(ona: Member) -> Client:
    return signed_in(ona)


def at(member: Member, query: str = "", path: str = "stream/") -> str:
    return f"/w/{member.workspace.slug}/listening/{path}{query}"


def test_the_stream_shows_what_watches_caught_with_the_words_marked(
    browser: Client, ona: Member
) -> None:
    watch = actions.save_watch(by=ona, name="Late", query='"late again" -toy')
    heard(ona, "This train is late, again.", id_="1", url="https://social.example/1")
    heard(ona, "All is well", id_="2")
    heard(ona, "late again, in private", id_="3", direct=True)
    page = browser.get(at(ona)).content.decode()
    assert 'This train is <mark class="cb-hit">late, again</mark>.' in page
    assert f"?watch={watch.pk}" in page
    assert 'href="https://social.example/1" target="_blank" rel="noopener' in page
    assert "All is well" not in page
    assert "in private" not in page
    everything = browser.get(at(ona, "?watch=everything")).content.decode()
    assert "All is well" in everything
    assert "in private" not in everything


def test_the_stream_is_narrowed_to_one_watch(browser: Client, ona: Member) -> None:
    late = actions.save_watch(by=ona, name="Late", query="late")
    actions.save_watch(by=ona, name="Kind", query="thanks")
    heard(ona, "late again", id_="1")
    heard(ona, "thanks a lot", id_="2")
    page = browser.get(at(ona, f"?watch={late.pk}")).content.decode()
    assert '<mark class="cb-hit">late</mark> again' in page
    assert "a lot" not in page


def test_a_dangerous_address_of_a_post_is_not_a_link(browser: Client, ona: Member) -> None:
    heard(ona, "look", url="javascript:alert(1)")
    page = browser.get(at(ona, "?watch=everything")).content.decode()
    assert "javascript:" not in page
    assert "Open the post" not in page


def test_the_stream_goes_on_without_gap_or_repeat(browser: Client, ona: Member) -> None:
    for number in range(65):
        # Several posts of one moment, so that time alone cannot tell where a page ends.
        heard(ona, f"post {number}", id_=str(number), minutes_ago=5 + number // 20)
    seen: list[int] = []
    address = at(ona, "?watch=everything")
    for _ in range(3):
        answer = browser.get(address, HTTP_HX_TARGET="stream-more")
        seen += [row.mention.pk for row in answer.context["found"].rows]
        address = answer.context["more_address"]
        more = answer.context["found"].more
    assert more == ""
    assert len(seen) == len(set(seen)) == 65


def test_new_posts_are_put_on_top_while_the_page_is_open(browser: Client, ona: Member) -> None:
    actions.save_watch(by=ona, name="Late", query="late")
    heard(ona, "late one", id_="1")
    fresh = browser.get(at(ona)).context["new_address"]
    assert browser.get(fresh).status_code == 204
    heard(ona, "late two", id_="2")
    heard(ona, "not for us", id_="3")
    answer = browser.get(fresh)
    assert [row.mention.text for row in answer.context["found"].rows] == ["late two"]
    assert browser.get(answer.context["new_address"]).status_code == 204


def test_very_many_new_posts_are_offered_rather_than_poured_in(
    browser: Client, ona: Member
) -> None:
    fresh = browser.get(at(ona, "?watch=everything")).context["new_address"]
    for number in range(31):
        heard(ona, f"post {number}", id_=str(number))
    page = browser.get(fresh).content.decode()
    assert page.count("<article") == 30
    assert "There are more new posts" in page


def test_addresses_that_make_no_sense_show_the_stream(browser: Client, ona: Member) -> None:
    heard(ona, "hello")
    for query in (
        "?before=x",
        "?before=1_",
        "?before=9" + "9" * 17 + "_1",
        "?watch=x",
        "?since=-1",
    ):
        assert browser.get(at(ona, query)).status_code == 200, query
    assert browser.get(at(ona, "?watch=" + "9" * 18)).status_code == 404
    assert browser.get(at(ona, "", f"{'9' * 30}/")).status_code == 404


def test_the_number_of_database_queries_does_not_grow_with_the_posts(
    browser: Client, ona: Member, django_assert_max_num_queries: object
) -> None:
    actions.save_watch(by=ona, name="Late", query="late")
    for number in range(31):
        heard(ona, "late", id_=str(number), author=f"a{number}")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert browser.get(at(ona)).content.count(b"<article") == 30


def test_a_post_is_taken_to_the_inbox(browser: Client, ona: Member) -> None:
    mention = heard(ona, "somebody should look at this")
    slug = ona.workspace.slug
    take = f"/w/{slug}/inbox/from-mention/{mention.pk}/"
    assert f'action="{take}"' in browser.get(at(ona, "?watch=everything")).content.decode()
    first = browser.post(take)
    conversation = Conversation.objects.get()
    assert first["Location"] == f"/w/{slug}/inbox/{conversation.pk}/"
    assert browser.post(take)["Location"] == first["Location"]
    assert browser.get(take).status_code == 405


def test_only_who_works_in_the_inbox_takes_posts_there(ona: Member) -> None:
    mention = heard(ona, "somebody should look at this")
    take = f"/w/{ona.workspace.slug}/inbox/from-mention/{mention.pk}/"
    analyst = signed_in(member(ona.workspace, Role.ANALYST))
    assert "from-mention" not in analyst.get(at(ona, "?watch=everything")).content.decode()
    assert analyst.post(take).status_code == 403
    other = owner_of(brand("Blue Heron Hotels"))
    theirs = f"/w/{other.workspace.slug}/inbox/from-mention/{mention.pk}/"
    assert signed_in(other).post(theirs).status_code == 404
    assert Client().post(take).status_code == 302
    assert not Conversation.objects.exists()
