"""People in the API."""

from django.http import HttpRequest
from ninja import Router, Status
from ninja.params.functions import Query

from cornbread.people import actions, queries
from cornbread.people.schemas import (
    IdentityOut,
    LinkIn,
    MemoryIn,
    MemoryOut,
    PeoplePage,
    PersonIn,
    PersonOut,
)
from cornbread.team.api_access import MOST, Scoped, decode_cursor, page_of, reader
from cornbread.team.schemas import Cursor, Id, Search

router = Router(tags=["people"])
READ, WRITE = Scoped("people:read"), Scoped("people:write")


@router.get("/people", auth=READ, response=PeoplePage)
def people(
    request: HttpRequest,
    search: Search = "",
    cursor: Cursor = "",
    limit: int = Query(50, ge=1, le=MOST),
) -> PeoplePage:
    """People, newest first; ``search`` looks at names and handles."""
    found = queries.people(seen_by=reader(request), search=search)
    if place := decode_cursor(cursor, 1):
        found = found.filter(pk__lt=place[0])
    shown, more = page_of(found[: limit + 1], limit, lambda person: (person.pk,))
    return PeoplePage(items=[PersonOut.of(person) for person in shown], next=more)


@router.get("/people/{person_id}", auth=READ, response=PersonOut)
def person(request: HttpRequest, person_id: Id) -> PersonOut:
    """One person."""
    return PersonOut.of(queries.person(person_id, seen_by=reader(request)))


@router.put("/people/{person_id}", auth=WRITE, response=PersonOut)
def rename(request: HttpRequest, person_id: Id, payload: PersonIn) -> PersonOut:
    """Call a person by another name."""
    return PersonOut.of(actions.rename(person_id, payload.name, by=reader(request)))


@router.post("/people/{person_id}/identities", auth=WRITE, response={201: IdentityOut})
def link(request: HttpRequest, person_id: Id, payload: LinkIn) -> Status[IdentityOut]:
    """Note an account or address that is theirs."""
    by = reader(request)
    made = actions.link(person_id, kind=payload.network, handle=payload.handle, by=by)
    return Status(201, IdentityOut.of(made))


@router.get("/people/{person_id}/memories", auth=READ, response=list[MemoryOut])
def memories(request: HttpRequest, person_id: Id) -> list[MemoryOut]:
    """What is remembered of a person, newest first."""
    found = queries.memories(person_id, seen_by=reader(request))
    return [MemoryOut.of(memory) for memory in found]


@router.post("/people/{person_id}/memories", auth=WRITE, response={201: MemoryOut})
def remember(request: HttpRequest, person_id: Id, payload: MemoryIn) -> Status[MemoryOut]:
    """Remember something about a person."""
    made = actions.remember(person_id, by=reader(request), **payload.dict())
    return Status(201, MemoryOut.of(made))


@router.delete("/memories/{memory_id}", auth=WRITE, response={204: None})
def forget(request: HttpRequest, memory_id: Id) -> Status[None]:
    """Erase a memory."""
    actions.forget(memory_id, by=reader(request))
    return Status(204, None)
