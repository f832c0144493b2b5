"""From the address that a person gives to the address of a feed."""

from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from cornbread.channels.domain.trouble import ChannelTrouble
from cornbread.channels.networks.feed.fetching import fetch
from cornbread.channels.networks.feed.parsing import NotAFeed, ParsedFeed, parse
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.foundation.http import HttpClient, Response

_TYPES = ("application/atom+xml", "application/rss+xml", "application/rdf+xml")
_USUAL_PATHS = ("/feed", "/rss.xml", "/atom.xml", "/feed.xml")
_MOST_LINKS = 3


def normal_address(given: str) -> str:
    """A web address as people type it, made whole; raises Invalid."""
    address = given.strip()
    for prefix in ("feed://", "feed:"):
        if address.lower().startswith(prefix):
            address = address[len(prefix) :]
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        sentence = "This is not the address of a page or feed; it should begin with https://."
        raise Invalid(sentence, fields={"address": sentence})
    return address


def discover(http: HttpClient, given: str) -> tuple[str, ParsedFeed]:
    """The feed at an address, or the one that the page there names; raises Invalid or trouble."""
    response = fetch(http, normal_address(given))
    try:
        return response.url, _read(response)
    except NotAFeed:
        pass
    named = feed_links(response.content, response.url)
    # Only where the page names none are the usual places tried, so few requests are made.
    guesses = [] if named else [urljoin(response.url, path) for path in _USUAL_PATHS]
    for candidate in [*named[:_MOST_LINKS], *guesses]:
        try:
            answer = fetch(http, candidate)
            return answer.url, _read(answer)
        except ChannelTrouble:
            continue
    sentence = "No RSS or Atom feed was found there. Paste the address of the feed itself."
    raise Invalid(sentence, code="no_feed", fields={"address": sentence})


def feed_links(page: bytes, base: str) -> list[str]:
    """The feeds that a page names in its head; feeds of comments last."""
    tree = LexborHTMLParser(page)
    base_node = tree.css_first("base[href]")
    root = urljoin(base, (base_node.attributes.get("href") if base_node else None) or "")
    found: dict[str, bool] = {}
    for link in tree.css("link[rel][href]"):
        attributes = link.attributes
        relation = (attributes.get("rel") or "").lower().split()
        kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" not in relation or kind not in _TYPES:
            continue
        try:
            url = urljoin(root, (attributes.get("href") or "").strip())
        except ValueError:
            continue
        title = (attributes.get("title") or "").lower()
        if url.startswith(("http://", "https://")):
            found.setdefault(url, "comment" in title or "/comments/" in url)
    return sorted(found, key=lambda url: found[url])


def _read(response: Response) -> ParsedFeed:
    return parse(
        response.content,
        url=response.url,
        content_type=response.headers.get("content-type", ""),
        now=clock.now(),
    )
