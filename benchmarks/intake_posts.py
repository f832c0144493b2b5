"""Posts for the intake benchmark as a network would send them: JSON lines, made from a seed."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from cornbread.channels.domain.posts import Author, HeardPost

_TALK = """
the train is late again and nobody tells us why we waited two hours at the gate with no heating
please help me with my refund because the ticket was charged twice last week thank you so much
for your quick answer great service today lovely staff on board but the seat was broken and wifi
never works my bag did not arrive in time can somebody call back this is the third message about
it just landed what a view from window coffee cold sandwich fine kids happy driver friendly
platform change without notice app crashes when paying card declined account locked password
reset link expired good morning everyone looking forward to weekend new phone old laptop music
concert football match
"""
_WORDS = _TALK.split()


class _Account(msgspec.Struct):
    id: str
    acct: str
    display_name: str
    url: str
    avatar: str
    followers_count: int
    bot: bool = False


class _Wire(msgspec.Struct):
    id: str
    created_at: datetime
    content: str
    url: str
    account: _Account
    in_reply_to_id: str | None = None


_decode = msgspec.json.Decoder(_Wire).decode


def read(line: bytes, *, addressed: bool) -> HeardPost:
    """What a network's code does with one line: decode it and say it in our words."""
    wire = _decode(line)
    account = wire.account
    return HeardPost(
        external_id=wire.id,
        author=Author(
            external_id=account.id,
            handle=account.acct,
            name=account.display_name,
            url=account.url,
            avatar_url=account.avatar,
            followers=account.followers_count,
            automated=account.bot,
        ),
        text=wire.content,
        created_at=wire.created_at,
        addressed=addressed,
        in_reply_to=wire.in_reply_to_id,
        url=wire.url,
        raw=line,
    )


def read_all(lines: Sequence[bytes], *, addressed: bool) -> tuple[HeardPost, ...]:
    """``read`` of each."""
    return tuple([read(line, addressed=addressed) for line in lines])


def lines(
    count: int,
    *,
    seed: str,
    until: datetime,
    watched: float = 0.0,
    brands: Sequence[str] = (),
) -> Iterator[bytes]:
    """So many posts of the hours before a moment: four of five by somebody new, one of five in
    answer to a recent post.

    A share of ``watched`` names one of ``brands`` as a watch of the same list wants it.
    """
    chance, encode = random.Random(seed), msgspec.json.Encoder().encode
    at, recent = until - timedelta(milliseconds=500 * count), [""]
    for number in range(count):
        at += timedelta(milliseconds=chance.randrange(1, 900))
        id_ = f"{seed}-{number}"
        who = number if chance.random() < 0.8 else chance.randrange(number + 1)
        words = chance.choices(_WORDS, k=chance.randrange(8, 28))
        if brands and chance.random() < watched:
            words[3:4] = [chance.choice(brands), "refund"]
        author = f"{seed}-{who}"
        yield encode(
            {
                "id": id_,
                "created_at": at,
                "content": " ".join(words),
                "url": f"https://social.example/@{author}/{id_}",
                "visibility": "public",
                "language": None,
                "in_reply_to_id": chance.choice(recent) if chance.random() < 0.2 else None,
                "account": {
                    "id": author,
                    "acct": f"{author}@social.example",
                    "display_name": f"Person {author}",
                    "url": f"https://social.example/@{author}",
                    "avatar": f"https://social.example/avatars/{author}.png",
                    "followers_count": chance.randrange(5000),
                    "bot": False,
                },
                "media_attachments": [],
                "mentions": [],
                "tags": [],
            }
        )
        recent = [*recent[-50:], id_]


def brand_names(count: int) -> list[str]:
    """Names that no other word of a post is like."""
    chance = random.Random(count)
    letters = "bcdfghklmnprstvz"
    return [
        "".join(chance.choice(letters) + chance.choice("aeiou") for _ in range(4)) + str(number)
        for number in range(count)
    ]


def watches(brands: Sequence[str]) -> list[str]:
    """A watch for each brand: terms, phrases, tags and handles, and such with NOT or a field."""
    chance = random.Random(len(brands))
    made = []
    for number, brand in enumerate(brands):
        other = chance.choice(_WORDS)
        kind = number % 10
        if kind < 6:
            made.append(f"{brand} AND (refund OR {other} OR ticket)")
        elif kind < 8:
            made.append(f'"{brand} refund"')
        elif kind < 9:
            made.append(f"#{brand} OR @{brand} OR {brand}")
        else:
            made.append(f"{brand} refund NOT from:{brand}")
    return made
