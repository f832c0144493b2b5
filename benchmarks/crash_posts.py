"""Posts for the kill runs: real ones from a CSV file, or made from a seed; doubled and shuffled."""

import csv
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from cornbread.channels.domain.posts import Author, Batch, HeardDeletion, HeardPost

BRAND = "brand-redkite"
#: Texts caught by the watch of the run.
WATCH = "delayed OR cancelled OR refund"
_WORDS = [
    "train",
    "late",
    "refund",
    "delayed",
    "thanks",
    "seat",
    "cancelled",
    "ticket",
    "help",
    "please",
    "again",
    "platform",
]
_SPAN = timedelta(hours=2)


def read(path: Path | None, most: int) -> list[HeardPost]:
    """At most so many posts, each once, dated within two hours in their own order.

    These end an hour ago: no level drops because the time for a quick answer ends in the run.
    """
    rows = _synthetic(most) if path is None else _rows(path, most)
    first, last = min(row[1] for row in rows), max(row[1] for row in rows)
    length = max((last - first).total_seconds(), 1)
    begun = datetime.now(UTC) - _SPAN - timedelta(hours=1)
    return [
        HeardPost(
            external_id=id_,
            author=Author(external_id=BRAND if ours else author, handle=author, name=author),
            text=text,
            created_at=begun + _SPAN * ((when - first).total_seconds() / length),
            ours=ours,
            addressed=not ours,
            in_reply_to=parent,
            raw=text.encode(),
        )
        for id_, when, author, ours, text, parent in rows
    ]


Row = tuple[str, datetime, str, bool, str, str | None]


def _rows(path: Path, most: int) -> list[Row]:
    found: dict[str, Row] = {}
    with path.open(newline="", encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            row = _thread(line) if "inbound" in line else _airline(line, len(found))
            if row is not None and len(found) < most:
                found.setdefault(row[0], row)
    return list(found.values())


def _thread(line: dict[str, str]) -> Row | None:
    """A post of support threads; the last line of a file may be cut off."""
    if line["inbound"] not in ("True", "False"):
        return None
    when = datetime.strptime(line["created_at"], "%a %b %d %H:%M:%S %z %Y")
    parent = line["in_response_to_tweet_id"].removesuffix(".0") or None
    ours = line["inbound"] == "False"
    return line["tweet_id"], when, line["author_id"], ours, line["text"], parent


def _airline(line: dict[str, str], number: int) -> Row:
    when = datetime.fromisoformat(line["created_at"])
    # The ids of the file were rounded and are not unique.
    return f"{number}-{line['name']}", when, line["name"], False, line["text"], None


def _synthetic(count: int) -> list[Row]:
    roll = random.Random(7)
    begun = datetime(2026, 3, 2, tzinfo=UTC)
    rows: list[Row] = []
    for number in range(count):
        ours = roll.random() < 0.2
        parent = str(roll.randrange(number)) if number and (ours or roll.random() < 0.3) else None
        text = " ".join(roll.choices(_WORDS, k=12))
        author = "redkite" if ours else f"c{roll.randrange(count // 2 + 1)}"
        rows.append((str(number), begun + timedelta(seconds=number), author, ours, text, parent))
    return rows


def deliveries(posts: Sequence[HeardPost], seed: int) -> list[Batch]:
    """Each post one to three times, some with a later edit and a deletion, all shuffled.

    In batches of 1 to 40; the cursor is the number of the batch.
    """
    roll = random.Random(seed)
    heard: list[HeardPost | HeardDeletion] = []
    for number, one in enumerate(posts):
        heard += [one] * roll.randint(1, 3)
        if number % 20 == 3:
            later = one.created_at + timedelta(minutes=1)
            edited = msgspec.structs.replace(one, text=f"{one.text} (edited)", edited_at=later)
            heard += [edited] * roll.randint(1, 2)
        if number % 50 == 9:
            gone_at = one.created_at + timedelta(minutes=2)
            heard.append(HeardDeletion(external_id=one.external_id, deleted_at=gone_at))
    roll.shuffle(heard)
    batches = []
    while heard:
        size = roll.randint(1, 40)
        portion, heard = heard[:size], heard[size:]
        batches.append(
            Batch(
                stream="home",
                posts=tuple(one for one in portion if isinstance(one, HeardPost)),
                deletions=tuple(one for one in portion if isinstance(one, HeardDeletion)),
                cursor=str(len(batches) + 1),
            )
        )
    return batches
