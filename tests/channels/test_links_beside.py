"""Addresses that come beside the text, and posts passed on, as each place tells of them."""

from datetime import UTC, datetime
from pathlib import Path

from cornbread.channels.networks.feed.parsing import parse
from tests.channels.files import posts, written
from tests.channels.test_mastodon_parsing import hear


def test_the_page_that_a_status_previews_is_a_link_of_it() -> None:
    assert hear().links == ()
    assert hear(card={"url": "https://shop.example/tea"}).links == ("https://shop.example/tea",)
    assert hear(card={"url": "javascript:alert(1)"}).links == ()
    assert hear(card={"title": "no address"}).links == ()


def test_an_entry_leads_to_its_page_and_where_its_words_lead() -> None:
    feed = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title><entry><id>1</id>
    <title>Tea</title><updated>2025-04-30T16:20:00Z</updated>
    <link href="https://blog.example/1"/><link rel="related" href="https://tea.example/"/>
    <content type="html">Buy &lt;a class="x" href='https://shop.example/?a=1&amp;amp;b=2'>here
    &lt;/a> or &lt;a href="javascript:alert(1)">there&lt;/a></content></entry></feed>"""
    now = datetime(2025, 5, 1, tzinfo=UTC)
    found = parse(feed, url="https://blog.example/feed", content_type="text/xml", now=now)
    assert found.posts[0].links == (
        "https://blog.example/1",
        "https://tea.example/",
        "https://shop.example/?a=1&b=2",
    )


def test_a_file_may_tell_of_links_reposts_and_followers(tmp_path: Path) -> None:
    first, second, third = posts(
        written(
            tmp_path,
            "id,author,text,created_at,expanded_urls,is_retweet,user_followers_count\n"
            '1,a,x,2017-10-31,"https://a.example/x,y https://b.example/",TRUE,120\n'
            "2,b,x,2017-10-31,\"['https://a.example/', 'https://b.example/']\",0,12.0\n"
            "3,c,x,2017-10-31,nowhere,,many\n",
        )
    )
    assert first.links == ("https://a.example/x,y", "https://b.example/")
    assert (first.repost, first.author.followers) == (True, 120)
    assert second.links == ("https://a.example/", "https://b.example/")
    assert (second.repost, second.author.followers) == (False, 12)
    assert (third.links, third.repost, third.author.followers) == ((), False, None)
