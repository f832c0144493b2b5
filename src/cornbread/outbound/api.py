"""Deliveries and canned responses in the API."""

from django.http import HttpRequest
from ninja import Router, Status

from cornbread.outbound import actions, queries
from cornbread.outbound.schemas import CannedIn, CannedOut, ConfirmIn, DeliveryOut
from cornbread.team.api_access import Scoped, reader
from cornbread.team.schemas import Id

router = Router(tags=["outbound"])
READ, WRITE = Scoped("conversations:read"), Scoped("conversations:write")
CANNED, WRITE_CANNED = Scoped("canned:read"), Scoped("canned:write")


@router.get("/deliveries", auth=READ, response=list[DeliveryOut])
def stuck(request: HttpRequest) -> list[DeliveryOut]:
    """Messages that failed or whose outcome is uncertain: a person has to look."""
    return [DeliveryOut.of(one) for one in queries.stuck(seen_by=reader(request))]


@router.get("/deliveries/{delivery_id}", auth=READ, response=DeliveryOut)
def delivery(request: HttpRequest, delivery_id: Id) -> DeliveryOut:
    """How one message is doing."""
    return DeliveryOut.of(queries.delivery(delivery_id, seen_by=reader(request)))


@router.post("/deliveries/{delivery_id}/retry", auth=WRITE, response=DeliveryOut)
def retry(request: HttpRequest, delivery_id: Id) -> DeliveryOut:
    """Try a failed message again, or look once more for an uncertain one."""
    return DeliveryOut.of(actions.retry(delivery_id, by=reader(request)))


@router.post("/deliveries/{delivery_id}/confirm", auth=WRITE, response=DeliveryOut)
def confirm(request: HttpRequest, delivery_id: Id, payload: ConfirmIn) -> DeliveryOut:
    """A person saw an uncertain message on the network."""
    by = reader(request)
    made = actions.confirm_sent(delivery_id, by=by, external_id=payload.external_id)
    return DeliveryOut.of(made)


@router.post("/deliveries/{delivery_id}/drop", auth=WRITE, response=DeliveryOut)
def drop(request: HttpRequest, delivery_id: Id) -> DeliveryOut:
    """Give up on a failed or uncertain message."""
    return DeliveryOut.of(actions.drop(delivery_id, by=reader(request)))


@router.get("/canned-responses", auth=CANNED, response=list[CannedOut])
def canned_responses(request: HttpRequest, archived: bool = False) -> list[CannedOut]:
    """All that the member may use, by shortcut; or those that were archived."""
    found = queries.canned(seen_by=reader(request), archived=archived)
    return [CannedOut.of(one) for one in found]


@router.get("/canned-responses/{response_id}", auth=CANNED, response=CannedOut)
def canned_response(request: HttpRequest, response_id: Id) -> CannedOut:
    """One of them."""
    return CannedOut.of(queries.canned_response(response_id, seen_by=reader(request)))


@router.post("/canned-responses", auth=WRITE_CANNED, response={201: CannedOut})
def create_canned_response(request: HttpRequest, payload: CannedIn) -> Status[CannedOut]:
    """Write one. Variables that do not exist are refused, with their place."""
    made = actions.save_canned(None, actions.Written(**payload.dict()), by=reader(request))
    return Status(201, CannedOut.of(made))


@router.put("/canned-responses/{response_id}", auth=WRITE_CANNED, response=CannedOut)
def change_canned_response(request: HttpRequest, response_id: Id, payload: CannedIn) -> CannedOut:
    """Change one."""
    written = actions.Written(**payload.dict())
    return CannedOut.of(actions.save_canned(response_id, written, by=reader(request)))


@router.put("/canned-responses/{response_id}/archive", auth=WRITE_CANNED, response=CannedOut)
def archive_canned_response(request: HttpRequest, response_id: Id) -> CannedOut:
    """Put one away; nobody is offered it any more."""
    return CannedOut.of(actions.archive_canned(response_id, by=reader(request)))


@router.delete("/canned-responses/{response_id}/archive", auth=WRITE_CANNED, response=CannedOut)
def restore_canned_response(request: HttpRequest, response_id: Id) -> CannedOut:
    """Offer one again."""
    return CannedOut.of(actions.bring_canned_back(response_id, by=reader(request)))
