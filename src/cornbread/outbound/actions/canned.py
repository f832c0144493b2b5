"""Canned responses are written, put away, brought in from files, and used."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F

from cornbread.channels.registry import KINDS
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.outbound import queries
from cornbread.outbound.domain.canned import clean_shortcut, faults
from cornbread.outbound.domain.canned_files import Row
from cornbread.outbound.models import CannedResponse, CannedUse
from cornbread.team import queries as team
from cornbread.team.actions import record
from cornbread.team.models import Member


class Written(msgspec.Struct, frozen=True):
    """A canned response as somebody wrote it; no team means everybody's."""

    shortcut: str
    title: str
    text: str
    lang: str = ""
    channel_kinds: Sequence[str] = ()
    team_id: int | None = None
    shared: bool = False


@transaction.atomic
def save_canned(response_id: int | None, written: Written, *, by: Member) -> CannedResponse:
    """Write a new canned response, or change one; Invalid names every field that is wrong."""
    by.require("canned.write")
    one = queries.canned_response(response_id, seen_by=by) if response_id else CannedResponse()
    values = _checked(written, by=by, id_=response_id)
    for name, value in values.items():
        setattr(one, name, value)
    one.changed_by = by
    if response_id is None:
        one.workspace_id = by.workspace_id
        one.created_by = by
    one.save()
    record(by.workspace_id, by, "canned.saved", f"canned:{one.pk}", shortcut=one.shortcut)
    return one


def _checked(written: Written, *, by: Member, id_: int | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "shortcut": clean_shortcut(written.shortcut),
        "title": " ".join(written.title.split()),
        "text": written.text.replace("\r\n", "\n").strip(),
        "lang": written.lang.strip().lower().replace("_", "-"),
    }
    wrong = faults(**values)
    if "shortcut" not in wrong and _taken(values["shortcut"], by, id_):
        wrong["shortcut"] = f"/{values['shortcut']} exists already."
    if unknown := [kind for kind in written.channel_kinds if kind not in KINDS]:
        wrong["channel_kinds"] = f"There is no kind of channel called “{unknown[0]}”."
    there = team.teams(seen_by=by).filter(pk=written.team_id or 0)
    if written.team_id is not None and not there.exists():
        wrong["team"] = "There is no such team."
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    return values | {
        "channel_kinds": sorted(set(written.channel_kinds)),
        "team_id": written.team_id,
        # A team's own needs no sharing: partners in it see it.
        "shared": written.shared and written.team_id is None,
    }


def _taken(shortcut: str, by: Member, id_: int | None) -> bool:
    same = CannedResponse.objects.filter(workspace_id=by.workspace_id, shortcut=shortcut)
    return same.exclude(pk=id_ or 0).exists()


@transaction.atomic
def archive_canned(response_id: int, *, by: Member) -> CannedResponse:
    """Put one away: nobody is offered it any more, and its shortcut stays its own."""
    return _put(response_id, by, archived=True)


@transaction.atomic
def bring_canned_back(response_id: int, *, by: Member) -> CannedResponse:
    """Offer one again that was put away."""
    return _put(response_id, by, archived=False)


def _put(response_id: int, by: Member, *, archived: bool) -> CannedResponse:
    by.require("canned.write")
    one = queries.canned_response(response_id, seen_by=by)
    if bool(one.archived_at) != archived:
        one.archived_at = clock.now() if archived else None
        one.save(update_fields=["archived_at"])
        verb = "canned.archived" if archived else "canned.brought_back"
        record(by.workspace_id, by, verb, f"canned:{one.pk}", shortcut=one.shortcut)
    return one


@transaction.atomic
def use_canned(response_id: int, *, by: Member) -> CannedResponse:
    """Count that the member put this one into an answer."""
    by.require("canned.read")
    one = queries.usable(seen_by=by, response_id=response_id)
    now = clock.now()
    use, _ = CannedUse.objects.get_or_create(
        response=one,
        member=by,
        defaults={"workspace_id": by.workspace_id, "last_at": now},
    )
    CannedUse.objects.filter(pk=use.pk).update(times=F("times") + 1, last_at=now)
    used = CannedResponse.objects.filter(pk=one.pk)
    used.update(times_used=F("times_used") + 1, last_used_at=now)
    return one


class Imported(msgspec.Struct, frozen=True):
    """What came of a file."""

    new: int = 0
    changed: int = 0
    same: int = 0


@transaction.atomic
def import_canned(rows: Sequence[Row], *, by: Member) -> Imported:
    """Take over rows of a file by their shortcuts: all of them, or none and what is wrong.

    What is here and not in the file stays; what is archived stays so.
    """
    by.require("canned.write")
    known = {one.shortcut: one for one in queries.canned(seen_by=by)}
    teams = {one.name.casefold(): one.pk for one in team.teams(seen_by=by)}
    wrong: list[str] = []
    counts = {"new": 0, "changed": 0, "same": 0}
    for row in rows:
        try:
            counts[_take_over(row, known, teams, by)] += 1
        except Invalid as refusal:
            wrong.append(f"{row.place}: {refusal.message}")
    if wrong:
        more = f" And {len(wrong) - 5} more." if len(wrong) > 5 else ""
        sentence = " ".join(wrong[:5]) + more + " Nothing was taken over."
        raise Invalid(sentence, fields={"file": sentence})
    return Imported(**counts)


def _take_over(
    row: Row, known: dict[str, CannedResponse], teams: dict[str, int], by: Member
) -> str:
    if row.team and row.team.casefold() not in teams:
        raise Invalid(f"There is no team “{row.team}”.")
    written = Written(
        shortcut=row.shortcut,
        title=row.title,
        text=row.text,
        lang=row.lang,
        channel_kinds=row.channel_kinds,
        team_id=teams[row.team.casefold()] if row.team else None,
        shared=row.shared,
    )
    there = known.get(clean_shortcut(row.shortcut))
    if there is None:
        made = save_canned(None, written, by=by)
        known[made.shortcut] = made
        return "new"
    values = _checked(written, by=by, id_=there.pk)
    if all(getattr(there, name) == value for name, value in values.items()):
        return "same"
    known[there.shortcut] = save_canned(there.pk, written, by=by)
    return "changed"
