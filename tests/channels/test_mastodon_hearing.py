"""What the Mastodon network hears, from a real Mastodon API server."""

import time
from typing import Any

import pytest

from cornbread.channels.contract import Interest
from cornbread.channels.domain.posts import Visibility
from cornbread.channels.domain.trouble import AccessLost
from cornbread.channels.networks.mastodon import network
from cornbread.channels.networks.mastodon.pace import Pace
from tests.channels.mastodon_ear import Ear, account_at, wait_for
from tests.servers import MastodonServer

pytestmark = pytest.mark.connector


def home(server: MastodonServer, **settings: Any) -> Ear:
    return home_from(server, None, **settings)


def home_from(server: MastodonServer, cursor: str | None, **settings: Any) -> Ear:
    account = account_at(server.url, **settings)
    return Ear(network.streams(account, [])[0], cursor)


def test_a_mention_is_heard_live_within_two_seconds(mastodon_server: MastodonServer) -> None:
    with home(mastodon_server, settle_s=60) as ear:
        ear.is_connected()
        said = mastodon_server.cust.says("@brand is the 8:15 late?")
        post = ear.hears("8:15", within_s=2)
    assert post.external_id == said["id"]
    assert post.addressed
    assert not post.ours
    assert post.visibility is Visibility.PUBLIC
    assert post.author.handle.startswith("cust@127.0.0.1")
    assert post.author.name == "A Customer"
    assert post.addressed_to[0].startswith("brand@127.0.0.1")


def test_a_direct_message_is_heard_as_direct(mastodon_server: MastodonServer) -> None:
    with home(mastodon_server, settle_s=60) as ear:
        ear.is_connected()
        mastodon_server.cust.says("@brand my booking is 4711", visibility="direct")
        post = ear.hears("4711", within_s=2)
    assert post.visibility is Visibility.DIRECT
    assert post.addressed


def test_a_post_for_followers_only_is_never_taken_for_public(
    mastodon_server: MastodonServer,
) -> None:
    with home(mastodon_server) as ear:
        mastodon_server.cust.says("@brand between us", visibility="private")
        assert ear.hears("between us").visibility is Visibility.DIRECT


def test_what_was_said_before_the_channel_was_connected_is_heard_in_order(
    mastodon_server: MastodonServer,
) -> None:
    for number in range(45):
        mastodon_server.cust.says(f"@brand question {number}.")
    with home(mastodon_server) as ear:
        ear.hears("question 44.")
    numbers = [post.text.split()[-1] for post in ear.posts]
    assert numbers == [f"{number}." for number in range(45)]


def test_what_was_said_while_nobody_listened_is_heard_from_the_cursor_on(
    mastodon_server: MastodonServer,
) -> None:
    with home(mastodon_server, settle_s=0.2) as first:
        mastodon_server.cust.says("@brand before")
        first.hears("before")
        wait_for(lambda: '"notification":""' not in (first.cursor or ""))
    for number in range(85):
        mastodon_server.cust.says(f"@brand missed {number}.")
    with home_from(mastodon_server, first.cursor) as second:
        second.hears("missed 84.", within_s=10)
    missed = [text for text in second.texts() if "missed" in text]
    assert missed == [f"@brand missed {number}." for number in range(85)]
    assert not any("before" in text for text in second.texts())


def test_a_crash_before_the_cursor_was_kept_repeats_the_same_posts(
    mastodon_server: MastodonServer,
) -> None:
    mastodon_server.cust.says("@brand hello")
    with home(mastodon_server) as first:
        kept = first.hears("hello")
    with home(mastodon_server) as second:
        assert second.hears("hello").external_id == kept.external_id


def test_our_own_reply_typed_in_another_app_is_heard_as_ours(
    mastodon_server: MastodonServer,
) -> None:
    question = mastodon_server.cust.says("@brand anyone there?")
    with home(mastodon_server) as ear:
        ear.is_connected()
        mastodon_server.brand.says("@cust we are!", in_reply_to_id=question["id"])
        post = ear.hears("we are!", within_s=2)
    assert post.ours
    assert not post.addressed
    assert post.in_reply_to == question["id"]


def test_our_own_direct_message_typed_in_another_app_is_heard_by_the_next_sweep(
    mastodon_server: MastodonServer,
) -> None:
    with home(mastodon_server, settle_s=0.3, sweep_s=0.3) as ear:
        ear.is_connected()
        mastodon_server.brand.says("@cust your code is 99", visibility="direct")
        post = ear.hears("your code", within_s=3)
    assert post.ours
    assert post.visibility is Visibility.DIRECT


def test_an_answer_to_us_that_does_not_name_us_is_addressed_to_us(
    mastodon_server: MastodonServer,
) -> None:
    mastodon_server.brand.call("POST", f"/api/v1/accounts/{mastodon_server.cust.me()['id']}/follow")
    news = mastodon_server.brand.says("We have cornbread again.")
    with home(mastodon_server) as ear:
        ear.is_connected()
        mastodon_server.cust.says("lovely!", in_reply_to_id=news["id"])
        assert ear.hears("lovely").addressed


def test_what_people_we_follow_say_to_others_is_not_heard(mastodon_server: MastodonServer) -> None:
    mastodon_server.brand.call("POST", f"/api/v1/accounts/{mastodon_server.cust.me()['id']}/follow")
    with home(mastodon_server) as ear:
        ear.is_connected()
        mastodon_server.cust.says("@other what a day")
        mastodon_server.cust.says("@brand and you?")
        ear.hears("and you?")
    assert not any("what a day" in text for text in ear.texts())


def test_an_edit_is_heard_live_when_we_follow_its_author(mastodon_server: MastodonServer) -> None:
    mastodon_server.brand.call("POST", f"/api/v1/accounts/{mastodon_server.cust.me()['id']}/follow")
    with home(mastodon_server) as ear:
        ear.is_connected()
        said = mastodon_server.cust.says("@brand I am furios")
        ear.hears("furios")
        mastodon_server.cust.edits(said["id"], "@brand I am furious")
        edited = ear.hears("furious", within_s=2)
    assert edited.external_id == said["id"]
    assert edited.edited_at is not None


def test_edits_and_deletions_of_strangers_are_found_by_looking_again(
    mastodon_server: MastodonServer,
) -> None:
    with home(mastodon_server, settle_s=0.3, sweep_s=0.3, recheck_s=0.3) as ear:
        changed = mastodon_server.cust.says("@brand room 12")
        withdrawn = mastodon_server.cust.says("@brand forget it")
        ear.hears("forget it")
        mastodon_server.cust.edits(changed["id"], "@brand room 21")
        mastodon_server.cust.deletes(withdrawn["id"])
        assert ear.hears("room 21", within_s=4).edited_at is not None
        gone = wait_for(lambda: ear.deletions)
    assert [each.external_id for each in gone] == [withdrawn["id"]]


def test_a_deletion_of_our_own_post_is_heard_live(mastodon_server: MastodonServer) -> None:
    with home(mastodon_server) as ear:
        ear.is_connected()
        said = mastodon_server.brand.says("oops")
        ear.hears("oops")
        mastodon_server.brand.deletes(said["id"])
        gone = wait_for(lambda: ear.deletions, 2)
    assert gone[0].external_id == said["id"]


def test_changes_made_while_nobody_listened_are_found_on_return(
    mastodon_server: MastodonServer,
) -> None:
    said = mastodon_server.cust.says("@brand draft")
    with home(mastodon_server) as first:
        first.hears("draft")
    mastodon_server.cust.edits(said["id"], "@brand final")
    with home_from(mastodon_server, first.cursor) as second:
        assert second.hears("final").external_id == said["id"]


def test_a_wave_of_mentions_is_given_once_although_the_sweep_finds_it_again(
    mastodon_server: MastodonServer,
) -> None:
    with home(mastodon_server, settle_s=0.2, sweep_s=0.2) as ear:
        ear.is_connected()
        for number in range(60):
            mastodon_server.cust.says(f"@brand stuck {number}.")
        ear.hears("stuck 59.")
        wait_for(lambda: '"notification":""' not in (ear.cursor or ""))
        time.sleep(0.6)
    assert len(ear.posts) == len({post.external_id for post in ear.posts}) == 60


def test_a_boost_of_ours_is_not_taken_for_a_post(mastodon_server: MastodonServer) -> None:
    praise = mastodon_server.cust.says("best cornbread in town")
    with home(mastodon_server) as ear:
        ear.is_connected()
        mastodon_server.brand.call("POST", f"/api/v1/statuses/{praise['id']}/reblog")
        mastodon_server.brand.says("thank you all")
        ear.hears("thank you all")
    assert len(ear.posts) == 1


def test_a_revoked_token_is_reported_as_lost_access(mastodon_server: MastodonServer) -> None:
    with home(mastodon_server, settle_s=0.2, sweep_s=0.2) as ear:
        ear.is_connected()
        mastodon_server.revoke("tok_brand")
        trouble = wait_for(lambda: ear.trouble)
    assert isinstance(trouble, AccessLost)


def test_a_stopped_stream_ends_within_a_second(mastodon_server: MastodonServer) -> None:
    with home(mastodon_server) as ear:
        ear.is_connected()
        asked = time.monotonic()
    assert time.monotonic() - asked < 1.5


def test_a_hashtag_is_heard_by_everybody_who_uses_it(mastodon_server: MastodonServer) -> None:
    mastodon_server.cust.says("first #Cornbread")
    account = account_at(mastodon_server.url, watch_s=0.2)
    stream = network.streams(account, [Interest(kind="tag", value="#Cornbread")])[1]
    assert stream.key == "tag:cornbread"
    with Ear(stream) as ear:
        ear.hears("first")
        mastodon_server.other.says("second #cornbread")
        mastodon_server.brand.says("third, ours #cornbread")
        assert ear.hears("third").ours
    assert [text.split()[0] for text in ear.texts()] == ["first", "second", "third,"]


def test_a_busy_hashtag_is_read_back_until_nothing_is_missing(
    mastodon_server: MastodonServer,
) -> None:
    account = account_at(mastodon_server.url, watch_s=0.2)
    interest = Interest(kind="tag", value="trains")
    mastodon_server.cust.says("zero #trains")
    with Ear(network.streams(account, [interest])[1]) as first:
        first.hears("zero")
    for number in range(90):
        mastodon_server.cust.says(f"stuck {number} #trains")
    with Ear(network.streams(account, [interest])[1], first.cursor) as second:
        second.hears("stuck 89")
    assert [text.split()[1] for text in second.texts()] == [str(n) for n in range(90)]


def test_a_search_term_is_heard_and_its_edits_too(mastodon_server: MastodonServer) -> None:
    account = account_at(mastodon_server.url, watch_s=0.2)
    stream = network.streams(account, [Interest(kind="term", value="night train")])[1]
    assert stream.key == "search:night train"
    said = mastodon_server.cust.says("the night train is cold")
    with Ear(stream) as ear:
        post = ear.hears("is cold")
        assert not post.addressed
        mastodon_server.cust.edits(said["id"], "the night train is warm again")
        assert ear.hears("warm again").external_id == said["id"]
    assert len(ear.posts) == 2


def test_many_watches_together_stay_polite() -> None:
    for watches in (1, 5, 30, 200):
        requests_in_five_minutes = 300 / Pace().watch_interval_s(watches) * watches
        assert requests_in_five_minutes <= 80
