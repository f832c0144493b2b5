"""Which column of a file means what."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Self

import msgspec

from cornbread.channels.networks.file.dates import DateOrder
from cornbread.foundation.errors import Invalid

#: What a row is made of, in the order in which rows are taken apart.
PARTS = (
    "id", "author", "text", "created_at", "in_reply_to", "inbound", "name", "lang", "url",
    "visibility", "links", "repost", "followers",
)  # fmt: skip
NEEDED = ("id", "author", "text", "created_at")

_USUAL: dict[str, tuple[str, ...]] = {
    "id": ("id", "idstr", "externalid", "tweetid", "postid", "messageid", "statusid", "commentid"),
    "author": (
        "author", "authorid", "authorhandle", "screenname", "username", "userscreenname", "handle",
        "account", "user", "userid", "customer", "customerid", "from", "sender",
    ),
    "text": ("text", "fulltext", "body", "message", "content", "tweet", "comment", "description"),
    "created_at": (
        "createdat", "created", "timestamp", "datetime", "date", "time", "postedat", "sentat",
        "publishedat", "published", "tweetcreated", "createdtime",
    ),
    "in_reply_to": (
        "inreplyto", "inresponsetotweetid", "inreplytostatusidstr", "inreplytostatusid",
        "inreplytoid", "replytoid", "replyto", "parentid", "parent",
    ),
    "inbound": ("inbound", "isinbound", "incoming", "direction"),
    "name": ("name", "authorname", "displayname", "fullname", "username"),
    "lang": ("lang", "language", "locale"),
    "url": ("url", "link", "permalink"),
    "visibility": ("visibility", "privacy"),
    "links": ("links", "urls", "expandedurls", "expandedlinks"),
    "repost": ("repost", "isrepost", "isretweet", "retweet", "isreblog"),
    "followers": ("followers", "followerscount", "userfollowerscount", "authorfollowers"),
}  # fmt: skip


class Mapping(msgspec.Struct, frozen=True):
    """Column names by part, and how ambiguous dates are read.

    Without an ``inbound`` column every row is a customer's post.
    """

    columns: dict[str, str]
    dates: DateOrder = DateOrder.STRICT

    @classmethod
    def parse(cls, spec: str) -> Self:
        """Read ``id=tweet_id,author=author_id,…``; raises Invalid for what it cannot read."""
        columns: dict[str, str] = {}
        dates = DateOrder.STRICT
        for piece in filter(None, (piece.strip() for piece in spec.split(","))):
            part, equals, column = (side.strip() for side in piece.partition("="))
            if part == "dates" and column in list(DateOrder):
                dates = DateOrder(column)
                continue
            if not equals or not column or part not in PARTS:
                raise _refused(_misread(piece, part))
            if part in columns:
                raise _refused(f"{part} is mapped twice; name one column for it.")
            columns[part] = column
        return cls(columns, dates)

    @classmethod
    def guess(cls, columns: Sequence[str]) -> Self:
        """The mapping that usual column names suggest; ``checked`` says what is missing."""
        by_name = {_plain(column): column for column in reversed(columns)}
        found: dict[str, str] = {}
        for part in PARTS:
            names = (name for name in _USUAL[part] if name in by_name)
            column = next((by_name[name] for name in names), "")
            if column and column not in found.values():
                found[part] = column
        # Some exports know an author only by the name.
        if "author" not in found and "name" in found:
            found["author"] = found.pop("name")
        return cls(found)

    def checked(self, columns: Sequence[str]) -> Self:
        """Itself, once every mapped column is in the file; raises Invalid listing the columns."""
        for part, column in self.columns.items():
            if columns.count(column) > 1:
                raise _refused(f"The file has more than one column called {column}.")
            if column not in columns:
                raise _refused(
                    f"The file has no column {column} (wanted as {part})."
                    f"{_suggestion(column, columns)} {_listing(columns)}"
                )
        missing = [part for part in NEEDED if part not in self.columns]
        if missing:
            raise _refused(
                f"Say which column is {', '.join(missing)}, for example "
                f"--map {missing[0]}=COLUMN. {_listing(columns)}"
            )
        return self

    def spec(self) -> str:
        """The mapping in the form in which it is written on the command line."""
        parts = [f"{part}={self.columns[part]}" for part in PARTS if part in self.columns]
        return ",".join([*parts, f"dates={self.dates}"])


def _plain(column: str) -> str:
    return "".join(letter for letter in column.lower() if letter.isalnum())


def _suggestion(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else ""


def _misread(piece: str, part: str) -> str:
    if part in PARTS or part == "dates":
        return f"“{piece}” names no usable value; write {part}=… with one."
    return (
        f"“{piece}” cannot be used: {part or 'nothing'} is not a part of a post."
        f"{_suggestion(part, PARTS)} Parts: {', '.join(PARTS)}."
    )


def _listing(columns: Sequence[str]) -> str:
    listed = ", ".join(columns[:40]) + (" …" if len(columns) > 40 else "")
    return f"Columns of the file: {listed}."


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, code="bad_mapping", fields={"map": sentence})
