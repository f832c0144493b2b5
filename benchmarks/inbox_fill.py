"""A database with so many conversations, filled once in bulk and kept for the next run."""

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BATCH = 5_000
THEN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
#: A word of every fifth message, one of very few, and two that stand together now and then.
COMMON, RARE, PHRASE = "train", "quokka", '"lost my bag"'

_WORDS = """
the is late again and nobody tells us why we waited two hours at the gate with no heating please
help me with refund because ticket was charged twice last week thank you so much for your quick
answer great service today lovely staff on board but seat broken and wifi never works did not
arrive in time can somebody call back this is third message about it just landed what a view from
window coffee cold sandwich fine kids happy driver friendly platform change without notice app
crashes when paying card declined account locked password reset link expired good morning everyone
"""
_TALK = _WORDS.split()


def texts(posts: Path | None, count: int) -> Iterator[str]:
    """So many messages of some hundred characters, always the same ones.

    Two words of each come from a vocabulary of 40,000, so that the index has rare words too.
    """
    rnd = random.Random(7)
    real = _real(posts)
    for number in range(count):
        words = list(rnd.choice(real)) if real else rnd.choices(_TALK, k=rnd.randint(8, 24))
        for _ in range(2):
            words[rnd.randrange(len(words))] = f"w{int(40_000 * rnd.random() ** 2)}"
        if number % 5 == 0:
            words.insert(rnd.randrange(len(words)), COMMON)
        if number % 97 == 0:
            words[1:1] = ["lost", "my", "bag"]
        if number % 100_000 == 7:
            words.append(RARE)
        yield " ".join(words)


def _real(posts: Path | None) -> list[list[str]]:
    if posts is None:
        return []
    with posts.open(encoding="utf-8", newline="") as file:
        return [words for row in csv.DictReader(file) if (words := row["text"].split())]


def fill(count: int, posts: Path | None, small: int = 1_000) -> None:
    """A brand with ``count`` conversations of one message, and a small one among its rows."""
    from cornbread.channels.models import Channel
    from cornbread.team.actions import add_member, create_team, create_user, create_workspace
    from cornbread.team.domain.actors import SYSTEM
    from cornbread.team.domain.permissions import Role
    from cornbread.team.models import Member, Workspace

    brands = []
    for name in ("Big", "Small"):
        owner = create_user(f"{name}@bench.example", "warm-skillet-and-butter", name="Ana")
        brand = create_workspace(name, owner=owner)
        Channel.objects.create(workspace=brand, kind="sandbox", name=name, source=name.lower())
        brands.append(brand)
    big: Workspace = brands[0]
    boss = Member.objects.get(workspace=big)
    agent = create_user("agent@bench.example", "warm-skillet-and-butter", name="Lee")
    add_member(big, agent, Role.AGENT, by=SYSTEM)
    team = create_team("Night desk", by=boss)
    partner = create_user("partner@bench.example", "warm-skillet-and-butter", name="Pat")
    add_member(big, partner, Role.PARTNER, by=SYSTEM).teams.add(team)
    every = count // small
    rows: list[tuple[int, str]] = []
    for number, text in enumerate(texts(posts, count)):
        rows.append((number, text))
        if len(rows) == BATCH or number == count - 1:
            _write(big, [row for row in rows if row[0] % every], team.pk, boss.pk)
            _write(brands[1], [row for row in rows if row[0] % every == 0], None, None)
            rows.clear()


def _write(
    brand: Any, said: Sequence[tuple[int, str]], team_id: int | None, member_id: int | None
) -> None:
    from django.db import transaction

    from cornbread.care.models import Conversation, Entry, Label
    from cornbread.channels.models import Channel
    from cornbread.foundation.bulk import insert, take_ids
    from cornbread.listening.models import Mention
    from cornbread.listening.searching import index_mentions
    from cornbread.people.models import Identity, Person

    place = Channel.objects.get(workspace=brand)
    labels = [
        Label.objects.get_or_create(workspace=brand, name=one)[0] for one in ("refund", "vip")
    ]
    with transaction.atomic():
        size = len(said)
        people, accounts = take_ids(Person, size), take_ids(Identity, size)
        mentions, talks = take_ids(Mention, size), take_ids(Conversation, size)
        entries = take_ids(Entry, size)
        persons, identities, heard, conversations, timeline, marks = [], [], [], [], [], []
        for at, (number, text) in enumerate(said):
            rnd = random.Random(number)
            moment = THEN + timedelta(seconds=number)
            name = f"Customer {number}"
            persons.append((people[at], brand.pk, name, moment))
            identities.append((accounts[at], brand.pk, people[at], "sandbox", place.source,
                               f"c{number}", f"customer{number}", name, moment))  # fmt: skip
            heard.append((mentions[at], brand.pk, place.pk, place.source, f"m{number}",
                          accounts[at], True, True, text, "en", f"m{number}", moment,
                          moment))  # fmt: skip
            status = rnd.choices(("open", "pending", "snoozed", "resolved"), (50, 10, 5, 35))[0]
            theirs = number % 200 == 3
            mine = member_id if number % 50 == 1 else None
            conversations.append((talks[at], brand.pk, place.pk, people[at], accounts[at], status,
                                  mine, team_id if theirs else None, moment,
                                  rnd.randrange(4), moment, moment, moment, text[:200], entries[at],
                                  rnd.randrange(10**12)))  # fmt: skip
            timeline.append((entries[at], brand.pk, talks[at], "message_in", moment, place.pk,
                             accounts[at], mentions[at], place.source, f"m{number}",
                             moment))  # fmt: skip
            if number % 20 == 0:
                marks.append((talks[at], labels[number % 400 == 0].pk))
        insert(Person, ("id", "workspace_id", "name", "created_at"), persons)
        insert(Identity, ("id", "workspace_id", "person_id", "kind", "source", "external_id",
                          "handle", "name", "linked_at"), identities)  # fmt: skip
        insert(Mention, ("id", "workspace_id", "channel_id", "source", "external_id", "identity_id",
                         "addressed", "for_inbox", "text", "lang", "root", "posted_at",
                         "heard_at"), heard)  # fmt: skip
        insert(Conversation, ("id", "workspace_id", "channel_id", "person_id", "identity_id",
                              "status", "assignee_id", "team_id", "created_at", "level",
                              "first_message_at", "waiting_since", "last_at", "preview",
                              "last_entry_id", "position"), conversations)  # fmt: skip
        insert(Entry, ("id", "workspace_id", "conversation_id", "kind", "at", "channel_id",
                       "identity_id", "mention_id", "source", "external_id",
                       "created_at"), timeline)  # fmt: skip
        insert(Conversation.labels.through, ("conversation_id", "label_id"), marks)
        index_mentions(brand.pk, [(row[0], row[8]) for row in heard])
