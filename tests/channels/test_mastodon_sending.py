"""Replies, messages and gestures on a real Mastodon API server, and connecting to it."""

from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from cornbread.channels.contract import Account
from cornbread.channels.domain.posts import Author, OutgoingPost, Visibility
from cornbread.channels.domain.trouble import AccessLost, Rejected, Unreachable
from cornbread.channels.networks.mastodon import network, oauth
from cornbread.foundation.clock import now
from cornbread.foundation.errors import Invalid
from tests.channels.mastodon_ear import account_at
from tests.faults import FaultProxy
from tests.servers import MastodonServer, free_port

pytestmark = pytest.mark.connector


@pytest.fixture
def account(mastodon_server: MastodonServer) -> Account:
    return account_at(mastodon_server.url)


def customer(server: MastodonServer) -> Author:
    me = server.cust.me()
    return Author(external_id=me["id"], handle=f"cust@{urlsplit(server.url).netloc}")


def an_answer(server: MastodonServer, text: str, key: str = "k1", **rest: object) -> OutgoingPost:
    base = OutgoingPost(text=text, idempotency_key=key, to=customer(server), first_attempt_at=now())
    return msgspec.structs.replace(base, **rest)


def test_a_reply_stands_in_the_thread_once_and_names_the_customer(
    mastodon_server: MastodonServer, account: Account
) -> None:
    question = mastodon_server.cust.says("@brand when?")
    post = an_answer(mastodon_server, "At 8:15.", in_reply_to=question["id"], lang="en")
    sent = network.sender(account).send(post)
    again = network.sender(account).send(post)
    assert again.external_id == sent.external_id
    (reply,) = mastodon_server.cust.thread_below(question["id"])
    assert reply["id"] == sent.external_id
    assert reply["visibility"] == "public"
    assert reply["language"] == "en"
    assert sent.text == "@cust At 8:15."
    assert sent.url == reply["url"]
    assert [named["acct"] for named in reply["mentions"]] == ["cust"]


def test_a_customer_already_named_is_not_named_twice(
    mastodon_server: MastodonServer, account: Account
) -> None:
    sent = network.sender(account).send(an_answer(mastodon_server, "Hello @cust, at 8:15."))
    assert sent.text == "Hello @cust, at 8:15."


def test_a_direct_message_reaches_only_the_customer(
    mastodon_server: MastodonServer, account: Account
) -> None:
    question = mastodon_server.cust.says("@brand my order?")
    direct = an_answer(
        mastodon_server,
        "Order 4711 left today.",
        in_reply_to=question["id"],
        visibility=Visibility.DIRECT,
    )
    sent = network.sender(account).send(direct)
    threads = mastodon_server.cust.call("GET", "/api/v1/conversations")
    assert [thread["last_status"]["id"] for thread in threads] == [sent.external_id]
    assert threads[0]["last_status"]["visibility"] == "direct"
    assert mastodon_server.other.call("GET", "/api/v1/conversations") == []


def test_a_direct_message_to_nobody_is_not_sent(account: Account) -> None:
    post = OutgoingPost(text="psst", idempotency_key="1", visibility=Visibility.DIRECT)
    with pytest.raises(Rejected, match="name the person"):
        network.sender(account).send(post)


def test_a_channel_may_answer_unlisted(mastodon_server: MastodonServer) -> None:
    quiet = account_at(mastodon_server.url, reply_visibility="unlisted")
    sent = network.sender(quiet).send(an_answer(mastodon_server, "softly"))
    seen = mastodon_server.cust.call("GET", f"/api/v1/statuses/{sent.external_id}")
    assert seen["visibility"] == "unlisted"


def test_a_post_that_is_too_long_is_rejected_in_the_servers_words(
    mastodon_server: MastodonServer, account: Account
) -> None:
    with pytest.raises(Rejected, match="too long"):
        network.sender(account).send(an_answer(mastodon_server, "x" * 501))


def test_favourite_boost_and_follow_arrive_and_may_be_repeated(
    mastodon_server: MastodonServer, account: Account
) -> None:
    praise = mastodon_server.cust.says("lovely cornbread")
    sender = network.sender(account)
    for _ in range(2):
        sender.favourite(praise["id"])
        sender.boost(praise["id"])
        sender.follow(customer(mastodon_server))
    seen = mastodon_server.cust.call("GET", f"/api/v1/statuses/{praise['id']}")
    assert (seen["favourites_count"], seen["reblogs_count"]) == (1, 1)
    assert mastodon_server.cust.me()["followers_count"] == 1


def test_a_gesture_to_a_post_that_is_gone_is_rejected(account: Account) -> None:
    with pytest.raises(Rejected, match="not found"):
        network.sender(account).favourite("12")


def test_a_revoked_token_cannot_post(mastodon_server: MastodonServer, account: Account) -> None:
    post = an_answer(mastodon_server, "hello")
    mastodon_server.revoke("tok_brand")
    with pytest.raises(AccessLost):
        network.sender(account).send(post)


@pytest.mark.parametrize(
    "text",
    [
        "On our way.",
        "Two\n\nparagraphs\nand a line",
        "See https://example.org/timetable?from=a&to=b for all trains",
        "**bold** and `code` that a server may render",
        "<b>not markup</b> & more — “quotes” 🥖",
        "Hello @cust, #cornbread is :blobcat: ready",
    ],
)
def test_a_sent_post_is_found_again_by_its_words(
    mastodon_server: MastodonServer, account: Account, text: str
) -> None:
    question = mastodon_server.cust.says("@brand ?")
    post = an_answer(mastodon_server, text, in_reply_to=question["id"])
    sender = network.sender(account)
    assert sender.find(post) is None
    sent = sender.send(post)
    found = sender.find(post)
    assert found is not None
    assert found.external_id == sent.external_id


def test_other_posts_of_ours_are_not_mistaken_for_the_one_looked_for(
    mastodon_server: MastodonServer, account: Account
) -> None:
    question = mastodon_server.cust.says("@brand ?")
    looked_for = an_answer(mastodon_server, "Yes.", in_reply_to=question["id"])
    sender = network.sender(account)
    sender.send(an_answer(mastodon_server, "Yes.", "k2"))
    sender.send(an_answer(mastodon_server, "No.", "k3", in_reply_to=question["id"]))
    hidden = {"in_reply_to": question["id"], "visibility": Visibility.DIRECT}
    sender.send(an_answer(mastodon_server, "Yes.", "k4", **hidden))
    assert sender.find(looked_for) is None


def test_a_post_is_looked_for_on_several_pages(
    mastodon_server: MastodonServer, account: Account
) -> None:
    question = mastodon_server.cust.says("@brand ?")
    post = an_answer(mastodon_server, "Yes.", in_reply_to=question["id"])
    sent = network.sender(account).send(post)
    for number in range(45):
        mastodon_server.brand.says(f"news {number}")
    found = network.sender(account).find(post)
    assert found is not None
    assert found.external_id == sent.external_id


def test_one_post_can_be_fetched_and_a_missing_one_is_none(
    mastodon_server: MastodonServer, account: Account
) -> None:
    said = mastodon_server.cust.says("the beginning of the thread")
    fetched = network.fetch_post(account, said["id"])
    assert fetched is not None
    assert fetched.text == "the beginning of the thread"
    assert network.fetch_post(account, "404") is None


def test_connecting_finds_out_who_we_are_and_how_long_posts_may_be(
    mastodon_server: MastodonServer,
) -> None:
    values = {"address": f"{mastodon_server.url}/@brand", "token": " tok_brand "}
    found = network.connect(values, local=True)
    assert found.name == "The Brand"
    assert found.address == mastodon_server.url
    assert found.external_id == mastodon_server.brand.me()["id"]
    assert found.handle == f"brand@{urlsplit(mastodon_server.url).netloc}"
    assert found.capabilities == {"max_length": 500}
    assert found.secret == {"token": "tok_brand"}


def test_a_wrong_token_is_shown_beside_the_token(mastodon_server: MastodonServer) -> None:
    with pytest.raises(Invalid) as caught:
        network.connect({"address": mastodon_server.url, "token": "wrong"}, local=True)
    assert "token" in caught.value.fields


def test_an_older_instance_tells_its_limit_in_the_older_form(
    mastodon_server: MastodonServer,
) -> None:
    with FaultProxy(mastodon_server.url) as proxy:
        proxy.answer(404, path="/api/v2/instance")
        found = network.connect({"address": proxy.url, "token": "tok_brand"}, local=True)
    assert found.capabilities == {"max_length": 500}


def test_a_web_site_that_is_no_instance_is_shown_beside_the_address(
    mastodon_server: MastodonServer,
) -> None:
    with FaultProxy(mastodon_server.url) as proxy:
        proxy.answer(200, times=9, body=b"<html>a bakery</html>")
        with pytest.raises(Invalid) as caught:
            network.connect({"address": proxy.url, "token": "tok_brand"}, local=True)
    assert "address" in caught.value.fields


def test_an_instance_that_is_down_can_be_tried_later() -> None:
    with pytest.raises(Unreachable):
        network.connect({"address": f"http://127.0.0.1:{free_port()}", "token": "t"}, local=True)


def test_a_server_on_this_machine_needs_a_channel_marked_as_local(
    mastodon_server: MastodonServer,
) -> None:
    with pytest.raises(Invalid, match="not on the public internet") as caught:
        network.connect({"address": mastodon_server.url, "token": "tok_brand"}, local=False)
    assert "address" in caught.value.fields


def test_a_person_allows_our_app_and_we_get_a_working_token(
    mastodon_server: MastodonServer,
) -> None:
    back = "http://127.0.0.1:8000/channels/mastodon/back"
    app = oauth.register_app(mastodon_server.url, back, local=True)
    assert app.pkce
    state, verifier = oauth.new_state(), oauth.new_verifier()
    url = oauth.authorize_url(app, state=state, verifier=verifier)
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert verifier not in url
    allowed = httpx.post(
        f"{mastodon_server.url}/oauth/authorize",
        data={"username": "brand", "redirect_uri": back, "state": asked["state"][0]},
        trust_env=False,
    )
    answer = parse_qs(urlsplit(allowed.headers["location"]).query)
    assert answer["state"] == [state]
    token = oauth.exchange(app, answer["code"][0], verifier=verifier)
    found = network.connect({"address": app.address, "token": token}, local=True)
    assert found.name == "The Brand"
    oauth.revoke(app, token)
    with pytest.raises(Invalid):
        network.connect({"address": app.address, "token": token}, local=True)


def test_a_used_or_invented_code_gives_no_token(mastodon_server: MastodonServer) -> None:
    app = oauth.register_app(mastodon_server.url, "http://127.0.0.1:8000/back", local=True)
    with pytest.raises(Rejected):
        oauth.exchange(app, "nonsense", verifier=oauth.new_verifier())


def test_an_instance_without_pkce_is_not_asked_for_it(mastodon_server: MastodonServer) -> None:
    with FaultProxy(mastodon_server.url) as proxy:
        proxy.answer(404, path="/.well-known/oauth-authorization-server")
        app = oauth.register_app(proxy.url, "http://127.0.0.1:8000/back", local=True)
    assert not app.pkce
    url = oauth.authorize_url(app, state="s", verifier=oauth.new_verifier())
    assert "code_challenge" not in url
