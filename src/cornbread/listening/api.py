"""Watches and mentions in the API."""

from django.http import HttpRequest
from ninja import Router, Status
from ninja.params.functions import Query

from cornbread.channels.domain.posts import Author, HeardPost, Visibility
from cornbread.listening import actions, queries
from cornbread.listening.domain.wording import read
from cornbread.listening.previewing import preview
from cornbread.listening.schemas import (
    AcceptedOut,
    BatchIn,
    MentionIn,
    MentionOut,
    MentionsPage,
    PreviewOut,
    QueryIn,
    WatchIn,
    WatchOut,
    WaveOut,
)
from cornbread.team.api_access import (
    MOST,
    Scoped,
    decode_cursor,
    encode_cursor,
    page_of,
    reader,
)
from cornbread.team.schemas import Cursor, Id, Search

router = Router(tags=["listening"])
READ, WRITE = Scoped("watches:read"), Scoped("watches:write")
POST_MENTIONS = Scoped("mentions:write")


@router.get("/watches", auth=READ, response=list[WatchOut])
def watches(request: HttpRequest) -> list[WatchOut]:
    """All watches."""
    return [WatchOut.of(watch) for watch in queries.watches(seen_by=reader(request))]


@router.post("/watches", auth=WRITE, response={201: WatchOut})
def create_watch(request: HttpRequest, payload: WatchIn) -> Status[WatchOut]:
    """Listen for something new."""
    made = actions.save_watch(by=reader(request), **payload.dict())
    return Status(201, WatchOut.of(made))


@router.post("/watches/test", auth=READ, response=PreviewOut)
def test_watch(request: HttpRequest, payload: QueryIn) -> PreviewOut:
    """Try a query on the posts kept last, without saving it."""
    found = preview(payload.query, seen_by=reader(request))
    examples = [MentionOut.of(one.mention) for one in found.examples]
    return PreviewOut(of=found.of, caught=found.caught, examples=examples)


@router.get("/watches/{watch_id}", auth=READ, response=WatchOut)
def watch(request: HttpRequest, watch_id: Id) -> WatchOut:
    """One watch."""
    return WatchOut.of(queries.watch(watch_id, seen_by=reader(request)))


@router.put("/watches/{watch_id}", auth=WRITE, response=WatchOut)
def change_watch(request: HttpRequest, watch_id: Id, payload: WatchIn) -> WatchOut:
    """Change what is listened for."""
    by = reader(request)
    actions.save_watch(watch_id, by=by, **payload.dict())
    return WatchOut.of(queries.watch(watch_id, seen_by=by))


@router.delete("/watches/{watch_id}", auth=WRITE, response={204: None})
def delete_watch(request: HttpRequest, watch_id: Id) -> Status[None]:
    """Stop listening for this; what was caught stays."""
    actions.delete_watch(watch_id, by=reader(request))
    return Status(204, None)


@router.get("/mentions", auth=READ, response=MentionsPage)
def mentions(
    request: HttpRequest,
    watch: Id | None = None,
    wave: Id | None = None,
    search: Search = "",
    cursor: Cursor = "",
    limit: int = Query(50, ge=1, le=MOST),
) -> MentionsPage:
    """Public posts that were kept, newest first.

    With `wave` those that are alike; with `search` those with its words, heard last first, of any
    watch.
    """
    if search:
        return _found(request, search, cursor, limit)
    found = queries.mentions(seen_by=reader(request), watch_id=watch, wave_id=wave)
    if place := decode_cursor(cursor, 2):
        found = queries.older_than(found, place[0], place[1])
    shown, more = page_of(found[: limit + 1], limit, queries.place_of)
    return MentionsPage(items=[MentionOut.of(mention) for mention in shown], next=more)


def _found(request: HttpRequest, search: str, cursor: str, limit: int) -> MentionsPage:
    place = decode_cursor(cursor, 1)
    found = queries.search(
        read(search), seen_by=reader(request), before=place[0] if place else None, limit=limit
    )
    more = encode_cursor(found.before) if found.before is not None else None
    return MentionsPage(items=[MentionOut.of(mention) for mention in found.hits], next=more)


@router.get("/waves/{wave_id}", auth=READ, response=WaveOut)
def wave(request: HttpRequest, wave_id: Id) -> WaveOut:
    """A wave of posts that are alike; 404 also when it went into another one."""
    return WaveOut.of(queries.wave(wave_id, seen_by=reader(request)))


@router.post("/mentions", auth=POST_MENTIONS, response={200: MentionOut, 201: MentionOut})
def post_mention(request: HttpRequest, payload: MentionIn) -> Status[MentionOut]:
    """Hand in a post. The same ``external_id`` again changes nothing and answers 200."""
    author = Author(
        external_id=payload.author_id,
        handle=payload.author_handle or payload.author_id,
        name=payload.author_name,
    )
    post = HeardPost(
        external_id=payload.external_id,
        author=author,
        text=payload.text,
        created_at=payload.created_at,
        ours=payload.ours,
        addressed=not payload.ours,
        in_reply_to=payload.in_reply_to or None,
        visibility=Visibility.DIRECT if payload.direct else Visibility.PUBLIC,
        url=payload.url,
        lang=payload.lang,
    )
    mention, new = actions.post_mention(
        by=reader(request), integration=payload.integration, post=post
    )
    return Status(201 if new else 200, MentionOut.of(mention))


@router.post("/mentions/batch", auth=POST_MENTIONS, response={202: AcceptedOut})
def post_mentions(request: HttpRequest, payload: BatchIn) -> Status[AcceptedOut]:
    """Hand in up to 1,000 posts and deletions. They are stored at once and taken in right after.

    Posts are known by their ``id`` within the integration, so sending them again changes
    nothing. If one cannot be used, none is taken, and ``fields`` says what is wrong with each.
    """
    stored = actions.post_mentions(
        by=reader(request), integration=payload.integration, body=request.body
    )
    return Status(202, AcceptedOut(accepted=stored))
