"""``cornbread match``: which posts of a file or a pipe match which watches. Needs no database."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click
import msgspec

if TYPE_CHECKING:
    from cornbread.listening.domain.matching import MatchablePost, Matcher

Id = int | str
Line = TypeVar("Line")

#: Complaints shown one by one; the rest are counted.
SHOWN = 100


class WatchLine(msgspec.Struct):
    """One line of the file of watches."""

    id: Id
    query: str


class PostLine(msgspec.Struct):
    """One line of posts. Only ``id`` and ``text`` must be there; other fields are ignored."""

    id: Id
    text: str
    author: str | None = None
    lang: str | None = None
    network: str | None = None
    links: list[str] = []
    urls: list[str] = []
    images: int | list[Any] | None = None
    attachments: list[Any] = []
    in_reply_to: Any = None
    is_reply: bool = False
    repost: Any = False
    is_repost: bool = False
    followers: int | None = None


class Complaints:
    """What could not be used, said on stderr as it is met."""

    def __init__(self) -> None:
        self.count = 0

    def say(self, sentence: str) -> None:
        """Report one."""
        self.count += 1
        if self.count <= SHOWN:
            click.echo(sentence, err=True)
        elif self.count == SHOWN + 1:
            click.echo("... further ones are only counted", err=True)


@click.command()
@click.option("--watches", required=True, help='JSON Lines of {"id", "query"}; - is stdin.')
@click.option("--posts", required=True, help='JSON Lines of {"id", "text", ...}; - is stdin.')
@click.option("--strict", is_flag=True, help="Exit with 1 if anything could not be used.")
def command(watches: str, posts: str, strict: bool) -> None:
    """Match posts against watches: a line {"post", "watches"} for every post, in order.

    Besides "id" and "text" a post may have "author", "lang", "network", "links" (or "urls"),
    "images" (how many) or "attachments" (with a "kind" or "type"), "in_reply_to" or "is_reply",
    "repost" or "is_repost", and "followers". Ids are numbers or strings. Queries and lines that
    cannot be used are named on stderr, and the others go on; the exit code is 0 all the same,
    or 1 with --strict.
    """
    if watches == posts == "-":
        raise click.UsageError("Only one of --watches and --posts can be read from stdin.")
    complaints = Complaints()
    with opened(watches) as lines:
        ids, matcher = compiled(lines, complaints)
    with opened(posts) as lines:
        began = time.perf_counter()
        count, matches = matched(lines, ids, matcher, complaints, at_once=posts == "-")
    took = max(time.perf_counter() - began, 1e-9)
    from cornbread.foundation.wording import counted
    from cornbread.listening.domain.matching import form

    click.echo(
        f"{counted(count, 'post')}, {counted(len(matcher), 'watch', 'watches')}, "
        f"{counted(matches, 'match', 'matches')}; built in {matcher.build_s:.2f} s, "
        f"{count / took:.0f} posts/s ({form()})",
        err=True,
    )
    if complaints.count:
        click.echo(f"{counted(complaints.count, 'line')} could not be used", err=True)
        if strict:
            raise SystemExit(1)


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """The file or stdin, as lines of bytes."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(name).open("rb")  # noqa: SIM115  (closed below)
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}.") from None
    with stream:
        yield stream


def compiled(lines: Iterable[bytes], complaints: Complaints) -> tuple[list[Id], "Matcher"]:
    """The ids in the order in which they are listed, and the matcher that knows them by place."""
    from cornbread.listening.domain.matching import Matcher

    queries: dict[Id, str] = {}
    for number, watch in decoded(lines, WatchLine, "watches", complaints):
        if watch.id in queries:
            complaints.say(f"watches line {number}: the id {shown(watch.id)} was there before")
            continue
        queries[watch.id] = watch.query
    ids = sorted(queries, key=lambda id_: (isinstance(id_, str), id_))
    matcher = Matcher.compile({place: queries[id_] for place, id_ in enumerate(ids)})
    for place, error in matcher.errors.items():
        instead = f" Perhaps: {error.suggestion}" if error.suggestion else ""
        where = f"character {error.position}"
        complaints.say(f"watch {shown(ids[place])}, {where}: {error.message}{instead}")
    return ids, matcher


def matched(
    lines: Iterable[bytes],
    ids: list[Id],
    matcher: "Matcher",
    complaints: Complaints,
    *,
    at_once: bool,
) -> tuple[int, int]:
    """Write what matches each post; how many posts and matches there were."""
    out, encode = sys.stdout.buffer, msgspec.json.encode
    posts = matches = 0
    for _, line in decoded(lines, PostLine, "posts", complaints):
        found = matcher.match(matchable(line))
        posts += 1
        matches += len(found)
        out.write(encode({"post": line.id, "watches": [ids[place] for place in found]}) + b"\n")
        if at_once:
            out.flush()
    out.flush()
    return posts, matches


def matchable(line: PostLine) -> "MatchablePost":
    """What of the line a query can ask about."""
    from cornbread.listening.domain.matching import MatchablePost

    return MatchablePost(
        text=line.text,
        author=line.author or "",
        lang=line.lang,
        network=line.network or "",
        links=(*line.links, *line.urls),
        has_image=bool(line.images) or any(map(is_image, line.attachments)),
        is_reply=line.is_reply or line.in_reply_to not in (None, "", False),
        is_repost=line.is_repost or bool(line.repost),
        followers=line.followers,
    )


def is_image(attachment: Any) -> bool:
    """Whether an attachment is a picture: ``image``, ``image/png``, ``photo``, ``gifv``."""
    if isinstance(attachment, dict):
        attachment = attachment.get("kind") or attachment.get("type") or ""
    return str(attachment).partition("/")[0].lower() in ("image", "photo", "gif", "gifv")


def decoded(
    lines: Iterable[bytes], kind: type[Line], what: str, complaints: Complaints
) -> Iterator[tuple[int, Line]]:
    """Each line with its number, counted from 1; what is none is complained about."""
    decode = msgspec.json.Decoder(kind).decode
    for number, line in enumerate(lines, start=1):
        line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not line.strip():
            continue
        try:
            yield number, decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            complaints.say(f"{what} line {number}: {error}")


def shown(id_: Id) -> str:
    """An id as it is in the file."""
    return msgspec.json.encode(id_).decode()
