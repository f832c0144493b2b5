"""Telling other systems: signed as Standard Webhooks, repeated with the same id until it is known
that they heard, and never to an address inside our own network.
"""

import secrets
from typing import Any

import msgspec

from cornbread.automation.models import Endpoint, Firing, Message
from cornbread.care.models import Conversation
from cornbread.channels.domain.signing import key_of, sign
from cornbread.foundation import clock
from cornbread.foundation.errors import NotFound
from cornbread.foundation.http import HttpClient, HttpTrouble, Refused
from cornbread.foundation.jobs import Backoff, Retry, enqueue, job
from cornbread.team.models import Member

State = Message.State
#: With the backoff below these tries take about a day.
MAX_ATTEMPTS = 12
BACKOFF = Backoff(base_s=5, cap_s=4 * 3600)
DEADLINE_S = 15.0
#: The receiver's answer is not read for what it says.
MOST_BYTES = 100_000
_GONE = 410


def tell(endpoint_id: int, one: Conversation, *, by: Member, firing: Firing | None) -> Message:
    """Queue a message about a conversation, in the caller's transaction."""
    endpoint = Endpoint.objects.filter(
        pk=endpoint_id, workspace_id=by.workspace_id, active=True
    ).first()
    if endpoint is None:
        raise NotFound("The system to tell is gone, or switched off.")
    now = clock.now()
    kind = "rule.fired" if firing is not None else "macro.run"
    told = {"type": kind, "timestamp": now.isoformat(), "data": _data(one, firing)}
    return send(endpoint, told, firing=firing)


def send(endpoint: Endpoint, told: dict[str, Any], *, firing: Firing | None = None) -> Message:
    """Queue any message for a system."""
    message = Message.objects.create(
        workspace_id=endpoint.workspace_id,
        endpoint=endpoint,
        firing=firing,
        uid=f"msg_{secrets.token_hex(16)}",
        body=msgspec.json.encode(told).decode(),
        created_at=clock.now(),
    )
    enqueue(deliver, message.pk, endpoint.workspace_id, dedupe_key=f"webhook:{message.pk}")
    return message


def _data(one: Conversation, firing: Firing | None) -> dict[str, Any]:
    """What is told: how the conversation stands, and its newest words."""
    data: dict[str, Any] = {
        "conversation": {
            "id": one.pk,
            "status": one.status,
            "channel_id": one.channel_id,
            "person": str(one.person),
            "handle": one.identity.handle,
            "assignee_id": one.assignee_id,
            "team_id": one.team_id,
            "labels": sorted(label.name for label in one.labels.all()),
            "level": one.level,
            "waiting_since": one.waiting_since,
            "preview": one.preview,
        }
    }
    if firing is not None:
        data["rule"] = {"id": firing.rule_id, "name": firing.rule.name, "trigger": firing.trigger}
    return data


@job(queue="outbound", max_attempts=3 * MAX_ATTEMPTS, lease_s=60, backoff=BACKOFF)
def deliver(message_id: int, workspace_id: int) -> None:
    """Send a message once more, until the other side says that it has it."""
    message = (
        Message.objects.select_related("endpoint")
        .filter(pk=message_id, workspace_id=workspace_id, state=State.QUEUED)
        .first()
    )
    if message is None:
        return
    endpoint = message.endpoint
    if not endpoint.active:
        _end(message, State.FAILED, "This system was switched off.")
        return
    message.attempts += 1
    try:
        status = _post(message, endpoint)
    except Refused as refused:
        _end(message, State.FAILED, refused.message)
    except HttpTrouble as trouble:
        _again(message, trouble.message, uncertain=trouble.sent)
    else:
        _judge(message, endpoint, status)


def _judge(message: Message, endpoint: Endpoint, status: int) -> None:
    message.status = status
    if 200 <= status < 300:
        _end(message, State.SENT, "", sent_at=clock.now())
    elif status == _GONE:
        Endpoint.objects.filter(pk=endpoint.pk).update(active=False)
        _end(message, State.FAILED, "It answered 410 Gone, so it is not told any more.")
    else:
        _again(message, f"It answered {status}.", uncertain=False)


def _post(message: Message, endpoint: Endpoint) -> int:
    body = message.body.encode()
    moment = int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.uid,
        "webhook-timestamp": str(moment),
        "webhook-signature": sign(key_of(endpoint.secret["signing"]), message.uid, moment, body),
    }
    with HttpClient() as client:
        # A redirect would carry signed words to a place nobody agreed to.
        answer = client.request(
            "POST",
            endpoint.url,
            headers=headers,
            data=body,
            deadline_s=DEADLINE_S,
            max_bytes=MOST_BYTES,
            follow_redirects=False,
        )
    return answer.status


def _again(message: Message, trouble: str, *, uncertain: bool) -> None:
    """Try later: the id stays, so that a receiver that has it already can tell."""
    if message.attempts >= MAX_ATTEMPTS:
        _end(message, State.UNCERTAIN if uncertain else State.FAILED, trouble)
        return
    _keep(message, trouble=trouble[:300])
    raise Retry(after_s=BACKOFF.delay_s(message.attempts, 0.5))


def _end(message: Message, state: State, trouble: str, **more: Any) -> None:
    _keep(message, state=state, trouble=trouble[:300], **more)


def _keep(message: Message, **values: Any) -> None:
    values |= {"attempts": message.attempts, "status": message.status}
    Message.objects.filter(pk=message.pk, state=State.QUEUED).update(**values)
