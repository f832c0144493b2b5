"""What intake is measured beside: a request for every message, and rows that are only inserted."""

import time
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

from benchmarks import intake_posts
from django.apps import apps
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from cornbread.care.models import Conversation, Entry, Strand
from cornbread.channels.models import Channel, Cursor
from cornbread.foundation import clock
from cornbread.foundation.models import EventRecord
from cornbread.listening.domain.wording import fold
from cornbread.listening.models import Catch, Mention, Payload, Volume, Watch
from cornbread.people.models import Identity, Person

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]
"""Columns and rows by table."""


def one_a_request(channel: Channel, lines: Sequence[bytes], watch: Watch) -> float:
    """Seconds in which a plain Django view, asked once a message, writes what intake writes."""

    def receive(request: HttpRequest) -> HttpResponse:
        _keep(channel, watch, request.body)
        return HttpResponse(status=201)

    global urlpatterns
    urlpatterns = [path("receive/", receive)]
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["*"]):
        handler = WSGIHandler()
        begun = time.perf_counter()
        for line in lines:
            answer = handler(_environ(line), lambda *_: None)
            if getattr(answer, "status_code", 0) != 201:
                raise RuntimeError("The plain view did not keep the message.")
            answer.close()
        return time.perf_counter() - begun


urlpatterns: list[Any] = []


def _environ(body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/receive/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": BytesIO(),
    }


@transaction.atomic
def _keep(channel: Channel, watch: Watch, line: bytes) -> None:
    """The rows of one message, each by the ORM's own ``create`` or ``get_or_create``."""
    post, now, workspace = intake_posts.read(line, addressed=True), clock.now(), channel.workspace
    mine = {"workspace": workspace, "source": channel.source}
    identity = Identity.objects.filter(**mine, external_id=post.author.external_id).first()
    if identity is None:
        identity = Identity.objects.create(
            **mine,
            external_id=post.author.external_id,
            person=Person.objects.create(workspace=workspace, name=post.author.name),
            kind=channel.kind,
            handle=post.author.handle,
            name=post.author.name,
            url=post.author.url,
            avatar_url=post.author.avatar_url,
            followers=post.author.followers,
        )
    parent = Mention.objects.filter(**mine, external_id=post.in_reply_to or "").first()
    root = parent.root if parent else post.external_id
    mention = Mention.objects.create(
        **mine,
        channel=channel,
        external_id=post.external_id,
        identity=identity,
        addressed=True,
        for_inbox=True,
        text=post.text,
        lang="en",
        url=post.url,
        in_reply_to=post.in_reply_to or "",
        root=root,
        posted_at=post.created_at,
        heard_at=now,
    )
    Payload.objects.create(
        workspace=workspace,
        mention=mention,
        version="first",
        text=post.text,
        body=post.raw,
        heard_at=now,
    )
    Catch.objects.create(workspace=workspace, watch=watch, mention=mention)
    _file(mention, identity)
    hour = now.replace(minute=0, second=0, microsecond=0)
    Volume.objects.update_or_create(channel=channel, hour=hour, defaults={"workspace": workspace})
    Cursor.objects.update_or_create(
        channel=channel, stream="plain", defaults={"workspace": workspace, "value": mention.pk}
    )


def _file(mention: Mention, identity: Identity) -> None:
    workspace = mention.workspace
    key = {"source": mention.source, "root": mention.root, "identity": identity}
    strand = Strand.objects.filter(workspace=workspace, **key).first()
    if strand is None:
        conversation = Conversation.objects.create(
            workspace=workspace,
            channel=mention.channel,
            person=identity.person,
            identity=identity,
            created_at=mention.heard_at,
        )
        strand = Strand.objects.create(workspace=workspace, conversation=conversation, **key)
    conversation = strand.conversation
    Entry.objects.create(
        workspace=workspace,
        conversation=conversation,
        kind="message_in",
        at=mention.posted_at,
        channel=mention.channel,
        identity=identity,
        mention=mention,
        source=mention.source,
        external_id=mention.external_id,
    )
    conversation.last_at = mention.posted_at
    conversation.save()
    EventRecord.objects.create(
        workspace_id=workspace.pk,
        kind="care.ConversationChanged",
        payload={"conversation_id": conversation.pk},
        created_at=mention.heard_at,
        live=True,
    )


def tables() -> list[str]:
    """Every table of the product that holds an ``id``."""
    return sorted(model._meta.db_table for model in apps.get_models() if _numbered(model))


def _numbered(model: Any) -> bool:
    numbers = (models.AutoField, models.BigAutoField)
    return model._meta.managed and isinstance(model._meta.pk, numbers)


def marks() -> dict[str, int]:
    """The highest id of each table, so that what comes later can be told."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f'SELECT coalesce(max(id), 0) FROM "{table}"')
            found[table] = int(cursor.fetchone()[0])
    return found


def rows_after(before: dict[str, int]) -> Rows:
    """All rows that were written since, with those of the search index."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table, last in before.items():
            said = ", ".join(f'"{column}"' for column in _columns(cursor, table))
            cursor.execute(f'SELECT {said} FROM "{table}" WHERE id > %s ORDER BY id', [last])
            rows = cursor.fetchall()
            if rows:
                found[table] = ([column[0] for column in cursor.description], rows)
        if connection.vendor == "sqlite":
            found[_SEARCH] = (["rowid", "text"], _searched(cursor, before["listening_mention"]))
    return found


_SEARCH = "listening_search"


def _searched(cursor: Any, last: int) -> list[tuple[Any, ...]]:
    cursor.execute("SELECT id, text FROM listening_mention WHERE id > %s ORDER BY id", [last])
    return [(id_, fold(text)) for id_, text in cursor.fetchall()]


def _columns(cursor: Any, table: str) -> list[str]:
    """Without those that the database works out."""
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name FROM pragma_table_info(%s)", [table])
    else:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
            "AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
    return [row[0] for row in cursor.fetchall()]


def inserted(rows: Rows, batches: int, *, copy: bool) -> tuple[float, float]:
    """Seconds, by the clock and of this process, of only inserting rows into empty copies of
    their tables, with the same indexes and constraints, in so many transactions. ``copy`` uses
    PostgreSQL's COPY."""
    with connection.cursor() as cursor:
        for table in rows:
            cursor.execute(f'DROP TABLE IF EXISTS "bare_{table}"')
            for statement in _same_as(cursor, table):
                cursor.execute(statement)
    write: Callable[..., None] = _copied if copy else _executed
    plain = [(table, columns, list(_plain(values))) for table, (columns, values) in rows.items()]
    begun, used = time.perf_counter(), time.process_time()
    for number in range(batches):
        with transaction.atomic(), connection.cursor() as cursor:
            for table, columns, values in plain:
                part = slice(number * len(values) // batches, (number + 1) * len(values) // batches)
                write(cursor, table, columns, values[part])
    seconds = time.perf_counter() - begun, time.process_time() - used
    with connection.cursor() as cursor:
        for table in rows:
            cursor.execute(f'DROP TABLE "bare_{table}"')
    return seconds


def _plain(values: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for row in values:
        yield tuple(bytes(one) if isinstance(one, memoryview) else one for one in row)


def _executed(cursor: Any, table: str, columns: Sequence[str], values: Sequence[Any]) -> None:
    names, places = ", ".join(f'"{one}"' for one in columns), ", ".join(["%s"] * len(columns))
    cursor.executemany(f'INSERT INTO "bare_{table}" ({names}) VALUES ({places})', values)


def _copied(cursor: Any, table: str, columns: Sequence[str], values: Sequence[Any]) -> None:
    names = ", ".join(f'"{one}"' for one in columns)
    with cursor.copy(f'COPY "bare_{table}" ({names}) FROM STDIN') as copy:
        for row in values:
            copy.write_row(row)


def _same_as(cursor: Any, table: str) -> Iterator[str]:
    """Statements that make an empty copy of a table with its indexes and foreign keys."""
    if connection.vendor == "sqlite":
        cursor.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL "
            "AND type IN ('table', 'index') ORDER BY type DESC",
            [table],
        )
        for kind, name, made in cursor.fetchall():
            made = made.replace(f'"{name}"', name, 1).replace(name, f'"bare_{name}"', 1)
            yield made if kind == "table" else made.replace(f'ON "{table}"', f'ON "bare_{table}"')
        return
    yield f'CREATE TABLE "bare_{table}" (LIKE "{table}" INCLUDING ALL)'
    cursor.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid = %s::regclass",
        [table],
    )
    for (foreign,) in cursor.fetchall():
        yield f'ALTER TABLE "bare_{table}" ADD {foreign}'
