"""What a database holds after a run, in a form that does not depend on ids and times of hearing."""

from collections import Counter
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Count, Exists, OuterRef

from cornbread.care.models import Conversation, Entry
from cornbread.care.refreshing import refresh
from cornbread.foundation.db import is_postgresql
from cornbread.foundation.models import Job, JobState
from cornbread.listening.models import Catch, Mention, Payload
from cornbread.people.models import Identity, Person

State = dict[str, list[Any]]
_CHUNK = 500


def state() -> State:
    """Every row that a run leaves, as sorted lists: doubles stand in them twice.

    Without the notes that two cases became one: whether they ever were two depends on what was
    answered first.
    """
    entries: dict[int, list[str]] = {}
    told = Entry.objects.exclude(kind="merged")
    for conversation_id, kind, heard, said in told.values_list(
        "conversation_id", "kind", "mention__external_id", "external_id"
    ):
        entries.setdefault(conversation_id, []).append(f"{kind} {heard or said}")
    conversations = Conversation.objects.filter(merged_into=None).values_list(
        "pk", "level", "status", "identity__external_id"
    )
    return {
        "mentions": _sorted(
            Mention.objects.values_list(
                *("external_id", "text", "root", "anchor", "for_inbox", "addressed", "ours"),
                *("edited_at", "deleted_at", "in_reply_to", "identity__external_id"),
            )
        ),
        "payloads": _sorted(Payload.objects.values_list("mention__external_id", "version")),
        "catches": _sorted(Catch.objects.values_list("watch__name", "mention__external_id")),
        "identities": _sorted(Identity.objects.values_list("source", "external_id")),
        "people": _sorted(Person.objects.annotate(n=Count("identities")).values_list("n")),
        "conversations": _sorted(
            [(*rest, sorted(entries.get(pk, []))) for pk, *rest in conversations]
        ),
        "entries": _sorted(told.values_list("kind", "external_id")),
    }


def _sorted(rows: Any) -> list[Any]:
    return sorted([list(map(str, row)) for row in rows])


def difference(expected: State, found: State) -> dict[str, Any]:
    """What is missing (lost), too much (doubled), and a few examples of each."""
    lost, doubled, examples = {}, {}, {}
    for name, rows in expected.items():
        wanted = Counter(map(str, rows))
        there = Counter(map(str, found[name]))
        missing, extra = wanted - there, there - wanted
        lost[name], doubled[name] = missing.total(), extra.total()
        if missing or extra:
            examples[name] = {"lost": sorted(missing)[:3], "doubled": sorted(extra)[:3]}
    return {"lost": lost, "doubled": doubled, "examples": examples}


def faults() -> list[str]:
    """Everything that is wrong with the database itself; empty when it is whole."""
    found = [*_of_the_database(), *_of_the_rows(), *_leading_nowhere()]
    before = _levels()
    with transaction.atomic():
        for start in range(0, len(before), _CHUNK):
            refresh(list(before)[start : start + _CHUNK])
    if (changed := sum(before[pk] != level for pk, level in _levels().items())) > 0:
        found.append(f"{changed} conversations have another level when it is worked out anew")
    return found


def _leading_nowhere() -> list[str]:
    """References that the database does not check itself, to rows that are not there."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or field.db_constraint:
                continue
            there = field.related_model.objects.filter(pk=OuterRef(field.attname))
            lost = model.objects.exclude(**{field.attname: None}).exclude(Exists(there)).count()
            if lost:
                found.append(f"{lost} of {model.__name__}.{field.name} lead nowhere")
    return found


def _levels() -> dict[int, tuple[Any, ...]]:
    rows = Conversation.objects.filter(merged_into=None).values_list("pk", "level", "status")
    return {pk: (level, status) for pk, level, status in rows}


def _of_the_database() -> list[str]:
    if is_postgresql():
        return []  # a server that was not killed itself; its constraints are checked by the rows
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        found = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        return found + [f"foreign key of {row[0]}" for row in cursor.fetchall()]


def _of_the_rows() -> list[str]:
    found = []
    once = Mention.objects.values("workspace", "source", "external_id").annotate(n=Count("pk"))
    if doubled := once.filter(n__gt=1).count():
        found.append(f"{doubled} mentions stand there twice")
    if without := Mention.objects.filter(for_inbox=True, ours=False, entry=None).count():
        found.append(f"{without} mentions for the inbox are in no conversation")
    dead = Job.objects.filter(state=JobState.DEAD).count()
    if dead:
        found.append(f"{dead} jobs were given up")
    return found
