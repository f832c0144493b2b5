"""Opening hours, policies, promises and priorities in the API."""

from django.http import HttpRequest
from ninja import Router, Status
from ninja.params.functions import Query

from cornbread.care import actions, pledges, queries
from cornbread.care.actions import Terms
from cornbread.care.measuring import promises_in
from cornbread.care.promise_schemas import (
    BreachesPage,
    BreachOut,
    CalendarIn,
    CalendarOut,
    ICalIn,
    ImportedOut,
    MoveIn,
    PolicyIn,
    PolicyOut,
    PriorityIn,
    PromiseOut,
)
from cornbread.care.schemas import ConversationOut
from cornbread.team.api_access import MOST, Scoped, decode_cursor, page_of, reader
from cornbread.team.schemas import Cursor, Id

router = Router(tags=["promises"])
READ, WRITE = Scoped("promises:read"), Scoped("promises:write")
CASE_READ, CASE_WRITE = Scoped("conversations:read"), Scoped("conversations:write")


@router.get("/calendars", auth=READ, response=list[CalendarOut])
def calendars(request: HttpRequest) -> list[CalendarOut]:
    """All calendars of the workspace."""
    return [CalendarOut.of(one) for one in pledges.calendars(seen_by=reader(request))]


@router.post("/calendars", auth=WRITE, response={201: CalendarOut})
def create_calendar(request: HttpRequest, payload: CalendarIn) -> Status[CalendarOut]:
    """Write down when a team is open."""
    return Status(201, _saved(request, payload))


@router.get("/calendars/{calendar_id}", auth=READ, response=CalendarOut)
def calendar(request: HttpRequest, calendar_id: Id) -> CalendarOut:
    """One calendar."""
    return CalendarOut.of(pledges.calendar(calendar_id, seen_by=reader(request)))


@router.put("/calendars/{calendar_id}", auth=WRITE, response=CalendarOut)
def change_calendar(request: HttpRequest, calendar_id: Id, payload: CalendarIn) -> CalendarOut:
    """Change the hours; promises under it are worked out anew within a minute."""
    return _saved(request, payload, calendar_id)


@router.delete("/calendars/{calendar_id}", auth=WRITE, response={204: None})
def delete_calendar(request: HttpRequest, calendar_id: Id) -> Status[None]:
    """Throw a calendar away that no policy needs."""
    actions.delete_calendar(calendar_id, by=reader(request))
    return Status(204, None)


@router.post("/calendars/{calendar_id}/days", auth=WRITE, response=ImportedOut)
def import_days(request: HttpRequest, calendar_id: Id, payload: ICalIn) -> ImportedOut:
    """Add the all-day events of an iCalendar file to the days off."""
    found = actions.import_days(calendar_id, payload.ical, by=reader(request))
    days = {day.isoformat(): name for day, name in found.days.items()}
    return ImportedOut(days=days, timed=found.timed, unreadable=found.unreadable)


@router.get("/policies", auth=READ, response=list[PolicyOut])
def policies(request: HttpRequest) -> list[PolicyOut]:
    """All policies, in the order in which they are asked."""
    return [PolicyOut.of(one) for one in pledges.policies(seen_by=reader(request))]


@router.post("/policies", auth=WRITE, response={201: PolicyOut})
def create_policy(request: HttpRequest, payload: PolicyIn) -> Status[PolicyOut]:
    """Promise something; asked after all policies there are."""
    made = actions.save_policy(_terms(payload), by=reader(request))
    return Status(201, _policy(request, made.pk))


@router.get("/policies/{policy_id}", auth=READ, response=PolicyOut)
def policy(request: HttpRequest, policy_id: Id) -> PolicyOut:
    """One policy."""
    return _policy(request, policy_id)


@router.put("/policies/{policy_id}", auth=WRITE, response=PolicyOut)
def change_policy(request: HttpRequest, policy_id: Id, payload: PolicyIn) -> PolicyOut:
    """Change what is promised. What was broken stays recorded."""
    actions.save_policy(_terms(payload), by=reader(request), policy_id=policy_id)
    return _policy(request, policy_id)


@router.post("/policies/{policy_id}/move", auth=WRITE, response=list[PolicyOut])
def move_policy(request: HttpRequest, policy_id: Id, payload: MoveIn) -> list[PolicyOut]:
    """Let it be asked one place earlier or later; answers with the new order."""
    actions.move_policy(policy_id, earlier=payload.to == "earlier", by=reader(request))
    return policies(request)


@router.delete("/policies/{policy_id}", auth=WRITE, response={204: None})
def delete_policy(request: HttpRequest, policy_id: Id) -> Status[None]:
    """Promise this no longer."""
    actions.delete_policy(policy_id, by=reader(request))
    return Status(204, None)


@router.get("/breaches", auth=READ, response=BreachesPage)
def breaches(
    request: HttpRequest, cursor: Cursor = "", limit: int = Query(50, ge=1, le=MOST)
) -> BreachesPage:
    """Broken promises, the one noticed last first."""
    place = decode_cursor(cursor, 1)
    found = pledges.breaches(seen_by=reader(request), before=place[0] if place else None)
    shown, more = page_of(found[: limit + 1], limit, lambda one: (one.pk,))
    return BreachesPage(items=[BreachOut.of(one) for one in shown], next=more)


@router.get("/conversations/{conversation_id}/promises", auth=CASE_READ, response=list[PromiseOut])
def promises(request: HttpRequest, conversation_id: Id) -> list[PromiseOut]:
    """Everything that was promised in a conversation, and how it stands now."""
    by = reader(request)
    one = queries.conversation(conversation_id, seen_by=by)
    made = promises_in(one, queries.entries(one.pk, seen_by=by))
    return [PromiseOut.of(promise, made.policy) for promise in made.promises] if made else []


@router.put("/conversations/{conversation_id}/priority", auth=CASE_WRITE, response=ConversationOut)
def prioritise(request: HttpRequest, conversation_id: Id, payload: PriorityIn) -> ConversationOut:
    """Say how much it matters."""
    by = reader(request)
    actions.prioritise(conversation_id, payload.priority, by=by)
    return ConversationOut.of(queries.conversation(conversation_id, seen_by=by))


def _saved(
    request: HttpRequest, payload: CalendarIn, calendar_id: int | None = None
) -> CalendarOut:
    days = payload.days
    made = actions.save_calendar(
        by=reader(request),
        name=payload.name,
        zone=payload.zone,
        weekly={day: [list(block) for block in found] for day, found in payload.weekly.items()},
        country=payload.country,
        subdivision=payload.subdivision,
        days=None if days is None else {day.isoformat(): name for day, name in days.items()},
        calendar_id=calendar_id,
    )
    return CalendarOut.of(made)


def _terms(payload: PolicyIn) -> Terms:
    return Terms(
        name=payload.name,
        goals=payload.goals(),
        calendar_id=payload.calendar_id,
        warn_percent=payload.warn_percent,
        channel_ids=payload.channel_ids,
        label_ids=payload.label_ids,
        priorities=payload.priorities,
    )


def _policy(request: HttpRequest, policy_id: int) -> PolicyOut:
    return PolicyOut.of(pledges.policy(policy_id, seen_by=reader(request)))
