"""The systems that are told by webhook."""

from urllib.parse import urlsplit

from django.db import transaction

from cornbread.automation import queries, webhooks
from cornbread.automation.checking import checked_name
from cornbread.automation.models import Endpoint, Message
from cornbread.channels.domain.signing import new_secret
from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.team.actions import record
from cornbread.team.models import Member


@transaction.atomic
def save_endpoint(name: str, url: str, *, by: Member) -> tuple[Endpoint, str]:
    """A system to tell, and the secret it knows our messages by, which is shown once."""
    by.require("automation.write")
    same = Endpoint.objects.filter(workspace_id=by.workspace_id, name__iexact=name.strip())
    wrong: dict[str, str] = {}
    try:
        name = checked_name(name, taken=same.exists())
    except Invalid as refusal:
        wrong |= refusal.fields
    url = url.strip()
    if trouble := _trouble(url):
        wrong["url"] = trouble
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    secret = new_secret()
    made = Endpoint.objects.create(
        workspace_id=by.workspace_id, name=name, url=url, secret={"signing": secret}
    )
    record(by.workspace_id, by, "webhook.created", f"webhook:{made.pk}", name=name)
    return made, secret


def _trouble(url: str) -> str:
    try:
        parts = urlsplit(url)
        fits = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        fits = False
    if not fits:
        return "Write an address that begins with https://, without a name or password in it."
    return "Write at most 1,000 characters." if len(url) > 1000 else ""


@transaction.atomic
def switch_endpoint(endpoint_id: int, *, on: bool, by: Member) -> Endpoint:
    """Tell a system again, or not any more."""
    by.require("automation.write")
    endpoint = queries.endpoint(endpoint_id, seen_by=by)
    if endpoint.active != on:
        Endpoint.objects.filter(pk=endpoint.pk).update(active=on)
        endpoint.active = on
        verb = "webhook.switched_on" if on else "webhook.switched_off"
        record(by.workspace_id, by, verb, f"webhook:{endpoint.pk}", name=endpoint.name)
    return endpoint


@transaction.atomic
def delete_endpoint(endpoint_id: int, *, by: Member) -> None:
    """Forget a system and what it was told; rules that name it say so in their log."""
    by.require("automation.write")
    endpoint = queries.endpoint(endpoint_id, seen_by=by)
    record(by.workspace_id, by, "webhook.deleted", f"webhook:{endpoint.pk}", name=endpoint.name)
    Endpoint.objects.filter(pk=endpoint.pk).delete()


@transaction.atomic
def ping(endpoint_id: int, *, by: Member) -> Message:
    """Send a message that says nothing, to see whether it arrives."""
    by.require("automation.write")
    endpoint = queries.endpoint(endpoint_id, seen_by=by)
    if not endpoint.active:
        raise Invalid("This system is switched off.", code="switched_off")
    told = {"type": "ping", "timestamp": clock.now().isoformat(), "data": {}}
    return webhooks.send(endpoint, told)
