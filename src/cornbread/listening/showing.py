"""What the pages of listening show, as plain values for templates."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from cornbread.listening import queries
from cornbread.listening.domain.evaluation import Span, explain
from cornbread.listening.domain.marking import Piece, excerpt
from cornbread.listening.domain.query import Query, QueryError, parse
from cornbread.listening.forms import StreamView
from cornbread.listening.matchables import matchable_mention
from cornbread.listening.models import Mention, Watch
from cornbread.listening.previewing import Example, Preview
from cornbread.team.models import Member

PAGE = 30
#: The most new posts that are put above the stream at once.
MOST_NEW = 30
WATCHES_PAGE = 50
#: Posts are shown up to this length here; conversations show them whole.
SHOWN = 1_200
SHOWN_IN_PREVIEW = 320
#: Where the reasons of a match are looked for.
_SEARCHED = 5_000


@dataclass(frozen=True)
class Row:
    """One post with what made it match, and the watches that caught it."""

    mention: Mention
    pieces: tuple[Piece, ...]
    watches: tuple[Watch, ...] = ()
    grounds: tuple[str, ...] = ()

    @property
    def marks(self) -> bool:
        """Whether the text itself shows why it matched."""
        return any(piece.marked for piece in self.pieces)


@dataclass(frozen=True)
class Stream:
    """A stretch of the stream, and the place before which it goes on; empty at its end."""

    rows: tuple[Row, ...]
    more: str = ""
    since: int = 0
    too_many: bool = False


@dataclass(frozen=True)
class WatchList:
    """A page of watches; ``more`` asks for the next."""

    watches: tuple[Watch, ...]
    more: tuple[str, str] | None = None


def page_of_watches(*, seen_by: Member, search: str, after: tuple[str, str] | None) -> WatchList:
    """A page of the list, the switched on ones first."""
    found = queries.watch_list(seen_by=seen_by, search=search)
    if after is not None:
        found = queries.after_watch(found, after[0] == "on", after[1])
    page = list(found[: WATCHES_PAGE + 1])
    shown = tuple(page[:WATCHES_PAGE])
    last = shown[-1] if len(page) > WATCHES_PAGE else None
    return WatchList(shown, ("on" if last.active else "off", last.name) if last else None)


def page_of_stream(view: StreamView, *, seen_by: Member) -> Stream:
    """One keyset page of the stream."""
    # Read first: what is heard while the page is made is asked for again, and not left out.
    since = queries.latest_id(seen_by=seen_by)
    rows, more = _page(_stream(view, seen_by), view.place)
    return Stream(rows, more, since)


def page_of_wave(
    wave_id: int, place: tuple[int, int] | None, *, seen_by: Member
) -> tuple[tuple[Row, ...], str]:
    """Posts of a wave, newest first, and the place before which they go on."""
    found = queries.stream(seen_by=seen_by, all_kept=True, wave_id=wave_id)
    return _page(found, place)


def _stream(view: StreamView, reader: Member) -> QuerySet[Mention]:
    return queries.stream(
        seen_by=reader, watch_id=view.watch_id, all_kept=view.everything, folded=view.folded
    )


def _page(found: QuerySet[Mention], place: tuple[int, int] | None) -> tuple[tuple[Row, ...], str]:
    if place is not None:
        found = queries.older_than(found, *place)
    page = list(found[: PAGE + 1])
    rows = rows_of(page[:PAGE])
    return rows, "{}_{}".format(*queries.place_of(rows[-1].mention)) if len(page) > PAGE else ""


def new_in_stream(view: StreamView, *, seen_by: Member) -> Stream:
    """What was heard since the page was made."""
    since = queries.latest_id(seen_by=seen_by)
    if since <= view.since:
        return Stream((), since=view.since)
    found = _stream(view, seen_by)
    # Ordered by id, few rows are looked at; by time of posting, the whole stream might be.
    heard = found.filter(pk__gt=view.since, pk__lte=since).order_by("-pk")
    new = list(heard[: MOST_NEW + 1])
    shown = sorted(new[:MOST_NEW], key=queries.place_of, reverse=True)
    return Stream(rows_of(shown), since=since, too_many=len(new) > MOST_NEW)


def rows_of(mentions: Iterable[Mention]) -> tuple[Row, ...]:
    """Mentions with what made each match."""
    trees: dict[int, Query | None] = {}
    rows = []
    for mention in mentions:
        watches = tuple(catch.watch for catch in mention.catches.all())
        spans: list[Span] = []
        for watch in watches:
            if watch.pk not in trees:
                trees[watch.pk] = _tree(watch.query)
            spans += _reasons(trees[watch.pk], mention)
        rows.append(Row(mention, excerpt(mention.text, spans, SHOWN), watches))
    return tuple(rows)


def _tree(query: str) -> Query | None:
    try:
        return parse(query)
    except QueryError:  # stored by an older grammar; the editor says what is wrong with it
        return None


def _reasons(tree: Query | None, mention: Mention) -> list[Span]:
    if tree is None:
        return []
    return explain(tree, matchable_mention(mention, _SEARCHED))


def examples_of(found: Preview) -> tuple[Row, ...]:
    """The examples of a preview, each as an excerpt around what matched."""
    return tuple(_example(one) for one in found.examples)


def _example(one: Example) -> Row:
    shown = excerpt(one.mention.text, one.spans, SHOWN_IN_PREVIEW)
    return Row(one.mention, shown, grounds=one.grounds)
