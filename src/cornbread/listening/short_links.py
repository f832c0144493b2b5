"""Where shortened addresses lead: asked later and seldom, once per address, and kept.

Only public posts that were kept are looked at, never on the way of intake. A shortener is asked
for the way on, and the page at its end is not opened.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from django.db import transaction
from django.db.models import Q, QuerySet

from cornbread.foundation import clock
from cornbread.foundation.http import HttpClient, HttpTrouble, Refused, Response
from cornbread.foundation.jobs import enqueue, every, job
from cornbread.foundation.lookups import keyed
from cornbread.listening.asking_again import ask_watches_again
from cornbread.listening.domain.addresses import addresses_of, canonical, is_short
from cornbread.listening.models import Carrying, Link, Mention
from cornbread.team import queries as team

#: Addresses asked in one run, and of one host in it: what is left waits for the next minute.
MOST, MOST_OF_HOST = 50, 10
DEADLINE_S = 5.0
#: Shorteners often lead to shorteners; further than this is a trap.
MOST_HOPS = 5
#: An address that could not be asked is tried again after these hours, then no more.
AGAIN_AFTER_H = (1, 4, 24, 72, 168)
#: How long whoever asks has an address for itself.
CLAIMED = timedelta(minutes=10)
#: Answers that say that HEAD is not liked here, rather than that nothing is there.
_NO_HEAD = frozenset({400, 403, 405, 501})


class LeadsNowhere(Exception):
    """The shortener names no way on. ``code`` says why; trying again does not help."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def note_short_links(workspace_id: int, mention_ids: Iterable[int]) -> None:
    """Remember the shortened addresses that these mentions carry, to be asked soon.

    Safe to repeat. What is known already counts for these mentions at once.
    """
    found = Mention.objects.filter(
        ~Q(links=[]) | Q(text__contains="://"),  # few have any address
        keyed(Mention, "id", mention_ids, workspace_id=workspace_id),
        ours=False,
        visibility="public",
    )
    short = _short_in(found)
    if not short or not team.expands_links(workspace_id):
        return
    links = _links(workspace_id, {one for addresses in short.values() for one in addresses})
    Carrying.objects.bulk_create(
        [
            Carrying(workspace_id=workspace_id, mention_id=mention_id, link=links[address])
            for mention_id, addresses in short.items()
            for address in addresses
        ],
        ignore_conflicts=True,
    )
    known = {one.pk: one.leads_to for one in links.values() if one.leads_to}
    _follow(workspace_id, known, list(short))
    if any(one.state == Link.State.WAITING for one in links.values()):
        enqueue(expand_links, workspace_id, dedupe_key=f"expand:{workspace_id}")


def _short_in(mentions: QuerySet[Mention]) -> dict[int, list[str]]:
    found = {}
    for id_, text, links in mentions.values_list("pk", "text", "links"):
        short = [one for one in addresses_of(text, links) if is_short(one) and len(one) <= 500]
        if short:
            found[id_] = short
    return found


def _links(workspace_id: int, addresses: Iterable[str]) -> dict[str, Link]:
    now = clock.now()
    wanted = sorted(addresses)
    Link.objects.bulk_create(
        [Link(workspace_id=workspace_id, address=one, due_at=now) for one in wanted],
        ignore_conflicts=True,
    )
    kept = Link.objects.filter(workspace_id=workspace_id, address__in=wanted)
    return {one.address: one for one in kept}


@job(queue="default")
def expand_links(workspace_id: int) -> None:
    """Ask some of the addresses of a workspace that are due, a few of each host."""
    if not team.expands_links(workspace_id):
        return
    due = Link.objects.filter(workspace_id=workspace_id, due_at__lte=clock.now())
    asked: Counter[str] = Counter()
    with open_client() as client:
        for link in due.order_by("due_at", "pk")[: 4 * MOST]:
            host = urlsplit(link.address).hostname or ""
            if asked[host] < MOST_OF_HOST and asked.total() < MOST and _claim(link):
                asked[host] += 1
                _ask(client, link)


@every(seconds=60)
@job(queue="maintenance")
def expand_due_links() -> None:
    """Addresses that wait for their turn, or for another try, get it."""
    due = Link.objects.filter(due_at__lte=clock.now()).order_by()
    for workspace_id in due.values_list("workspace_id", flat=True).distinct():
        enqueue(expand_links, workspace_id, dedupe_key=f"expand:{workspace_id}")


def open_client() -> HttpClient:
    """How shorteners are reached."""
    return HttpClient(timeout=DEADLINE_S)


def _claim(link: Link) -> bool:
    """Win the address by moving its turn; somebody else may have been quicker."""
    now = clock.now()
    free = Link.objects.filter(pk=link.pk, due_at=link.due_at)
    return free.update(due_at=now + CLAIMED, asked_at=now, attempts=link.attempts + 1) == 1


def _ask(client: HttpClient, link: Link) -> None:
    try:
        leads_to = resolve(client, link.address)
    except (LeadsNowhere, Refused) as nowhere:
        _failed(link, nowhere.code, again=False)
    except HttpTrouble as trouble:
        _failed(link, _code(trouble), again=True)
    else:
        _arrived(link, leads_to)


def resolve(client: HttpClient, address: str) -> str:
    """The canonical address that a shortened one leads to.

    Raises LeadsNowhere, or HttpTrouble where another try may help. Addresses inside our own
    network are refused by the client, also on the way.
    """
    for _ in range(MOST_HOPS):
        onward = _onward(client, address)
        address = canonical(urljoin(address, onward))
        if not address:
            raise LeadsNowhere("no_address")
        if not is_short(address):
            return address
    raise LeadsNowhere("too_far")


def _onward(client: HttpClient, address: str) -> str:
    answer = _request(client, "HEAD", address)
    if "location" not in answer.headers and (answer.ok or answer.status in _NO_HEAD):
        answer = _request(client, "GET", address)
    if answer.status >= 500 or answer.status == 429:
        raise HttpTrouble(f"status_{answer.status}")
    onward = answer.headers.get("location", "")
    if not 300 <= answer.status < 400 or not onward:
        raise LeadsNowhere("gone" if answer.status in (404, 410) else "no_way_on")
    return onward


def _request(client: HttpClient, method: str, address: str) -> Response:
    return client.request(
        method, address, deadline_s=DEADLINE_S, max_bytes=200_000, follow_redirects=False
    )


def _code(trouble: HttpTrouble) -> str:
    if trouble.message.startswith("status_"):
        return trouble.message
    return type(trouble).__name__


def _failed(link: Link, code: str, *, again: bool) -> None:
    """Remember what went wrong; another try comes ever later, and then none."""
    tried = link.attempts
    due = None
    if again and tried < len(AGAIN_AFTER_H):
        due = clock.now() + timedelta(hours=AGAIN_AFTER_H[tried])
    Link.objects.filter(pk=link.pk).update(state=Link.State.FAILED, trouble=code[:40], due_at=due)


@transaction.atomic
def _arrived(link: Link, leads_to: str) -> None:
    Link.objects.filter(pk=link.pk).update(
        state=Link.State.KNOWN, leads_to=leads_to, trouble="", due_at=None
    )
    _follow(link.workspace_id, {link.pk: leads_to}, None)


def _follow(workspace_id: int, known: Mapping[int, str], among: Sequence[int] | None) -> None:
    """Add what is known to the links of the mentions that carry it, and ask the watches again."""
    if not known:
        return
    carrying = Carrying.objects.filter(workspace_id=workspace_id, link_id__in=list(known))
    if among is not None:
        carrying = carrying.filter(mention_id__in=among)
    more: dict[int, list[str]] = defaultdict(list)
    for mention_id, link_id in carrying.values_list("mention_id", "link_id"):
        more[mention_id].append(known[link_id])
    ask_watches_again(workspace_id, more)
