"""Deliveries in the API: how a reply is doing, and what a person decides about a stuck one."""

from django.http import HttpRequest
from ninja import Router

from cornbread.outbound import actions, queries
from cornbread.outbound.schemas import ConfirmIn, DeliveryOut
from cornbread.team.api_access import Scoped, reader
from cornbread.team.schemas import Id

router = Router(tags=["outbound"])
READ, WRITE = Scoped("conversations:read"), Scoped("conversations:write")


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
