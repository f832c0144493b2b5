"""Shapes of what we send in the API."""

from datetime import datetime

from ninja import Field, Schema

from cornbread.outbound.models import Delivery


class DeliveryOut(Schema):
    """A post of ours and where it stands. ``uncertain`` means that nobody knows: look there."""

    id: int
    context: str
    state: str
    text: str
    visibility: str
    attempts: int
    trouble_code: str
    trouble: str
    retry_at: datetime | None
    external_id: str
    url: str
    sent_at: datetime | None
    by: int

    @staticmethod
    def of(delivery: Delivery) -> "DeliveryOut":
        """A delivery as the API shows one."""
        return DeliveryOut(
            id=delivery.pk,
            context=delivery.context,
            state=delivery.state,
            text=delivery.text,
            visibility=delivery.visibility,
            attempts=delivery.attempts,
            trouble_code=delivery.trouble_code,
            trouble=delivery.trouble,
            retry_at=delivery.retry_at,
            external_id=delivery.external_id,
            url=delivery.url,
            sent_at=delivery.sent_at,
            by=delivery.by_id,
        )


class ConfirmIn(Schema):
    """That a person saw the message on the network; its id there, when known."""

    external_id: str = Field("", max_length=300)
