"""The sandbox's server: a small network inside the database, with an order of posts of its own."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from cornbread.channels.contract import Account
from cornbread.channels.domain.posts import OutgoingPost, Visibility
from cornbread.channels.networks.sandbox.rows import row_of_reply, row_of_script
from cornbread.channels.networks.sandbox.scene import Customer, Scene
from cornbread.channels.networks.sandbox.scenes import find_scene
from cornbread.channels.networks.sandbox.script import Answer, Scripted, Step, plan, respond
from cornbread.channels.sandbox_models import SandboxFault, SandboxFollow, SandboxPost
from cornbread.foundation import clock
from cornbread.foundation.db import serialise

_State = SandboxPost.State


def speed_of(account: Account) -> float:
    """How many times faster than real the customers of this account live."""
    try:
        return min(max(float(account.settings.get("speed", 1)), 0.1), 1000.0)
    except (TypeError, ValueError):
        return 1.0


def start(account: Account, scene: Scene, *, now: datetime, run: str = "1") -> None:
    """Let a scene begin: its history is there at once, the rest will come. Safe to repeat."""
    keep(account, plan(scene, now, speed=speed_of(account), run=run), now=now)


def keep(account: Account, posts: Iterable[Scripted], *, now: datetime) -> None:
    """Store scripted posts. Those of the past were posted long ago: no listener is told them."""
    rows = [row_of_script(account, post, posted=post.at <= now) for post in posts]
    SandboxPost.objects.bulk_create(rows, ignore_conflicts=True)


def post_as_customer(
    account: Account,
    customer: Customer,
    text: str,
    *,
    in_reply_to: str = "",
    direct: bool = False,
    addressed: bool = True,
) -> SandboxPost:
    """A post by a customer, now; for tests and for trying things out."""
    post = Scripted(
        external_id=uuid.uuid4().hex,
        author=customer,
        text=text,
        at=clock.now(),
        in_reply_to=in_reply_to,
        direct=direct,
        addressed=addressed,
    )
    row = row_of_script(account, post, posted=False)
    row.save()
    return row


def release(account: Account, *, now: datetime) -> None:
    """Number the posts that are due, so that listeners hear them in one order, each once."""
    due = SandboxPost.objects.filter(
        channel_id=account.channel_id, state=_State.SCHEDULED, due_at__lte=now
    )
    if not due.exists():
        return
    with transaction.atomic():
        _one_at_a_time(account)
        number = _last_number(account)
        for post in due.order_by("due_at", "id"):
            number += 1
            post.seq, post.state = number, _State.POSTED
            post.save(update_fields=["seq", "state"])


def heard_after(account: Account, number: int, limit: int = 200) -> list[SandboxPost]:
    """The posts after this number, in order."""
    posts = SandboxPost.objects.filter(channel_id=account.channel_id, seq__gt=number)
    return list(posts.order_by("seq")[:limit])


def take_reply(account: Account, reply: OutgoingPost, *, now: datetime) -> SandboxPost:
    """Store a post of ours and let the customer react. The same key again changes nothing."""
    with transaction.atomic():
        _one_at_a_time(account)
        known = find_reply(account, reply.idempotency_key)
        if known is not None:
            return known
        row = row_of_reply(account, reply, now=now, number=_last_number(account) + 1)
        row.save()
        _let_react(account, row, now)
        return row


def find_reply(account: Account, key: str) -> SandboxPost | None:
    """The post of ours that was sent with this key."""
    if not key:
        return None
    return SandboxPost.objects.filter(
        channel_id=account.channel_id, idempotency_key=key, ours=True
    ).first()


def find_post(account: Account, external_id: str) -> SandboxPost | None:
    """A post that has been posted."""
    return SandboxPost.objects.filter(
        channel_id=account.channel_id, external_id=external_id, state=_State.POSTED
    ).first()


def mark(account: Account, external_id: str, **marks: bool) -> bool:
    """Set ``favourited`` or ``boosted``; False when there is no such post."""
    posts = SandboxPost.objects.filter(
        channel_id=account.channel_id, external_id=external_id, state=_State.POSTED
    )
    return posts.update(**marks) > 0


def follow(account: Account, author_id: str) -> None:
    """Follow a customer; safe to repeat."""
    SandboxFollow.objects.get_or_create(
        workspace_id=account.workspace_id, channel_id=account.channel_id, author_id=author_id
    )


def break_next(account: Account, *kinds: str) -> None:
    """Let the next replies go wrong, one after the other, in these ways."""
    for kind in kinds:
        SandboxFault.objects.create(
            workspace_id=account.workspace_id, channel_id=account.channel_id, kind=kind
        )


def next_fault(account: Account) -> str | None:
    """Use up the oldest fault; None when all goes well."""
    faults = SandboxFault.objects.filter(channel_id=account.channel_id)
    for fault in faults.order_by("id")[:5]:
        if SandboxFault.objects.filter(pk=fault.pk).delete()[0]:
            return fault.kind
    return None


def _let_react(account: Account, ours: SandboxPost, now: datetime) -> None:
    """Call off impatience, and schedule what the customer says to this."""
    parent = SandboxPost.objects.filter(
        channel_id=account.channel_id, external_id=ours.in_reply_to
    ).first()
    step = Step.read(parent.script_key) if parent else None
    if step is None:
        return
    thread = SandboxPost.objects.filter(
        channel_id=account.channel_id, script_key__startswith=step.thread
    )
    thread.filter(state=_State.SCHEDULED, script_key__endswith="w").update(state=_State.CALLED_OFF)
    # Whichever of the customer's posts was answered: they remember what they said last.
    latest = thread.exclude(state=_State.CALLED_OFF).order_by("-due_at", "-id").first()
    step = (Step.read(latest.script_key) if latest else None) or step
    scene = find_scene(step.scene)
    if scene is None:
        return
    answer = Answer(ours.external_id, ours.text, ours.visibility == Visibility.DIRECT)
    reactions = respond(scene, step, answer, now, speed=speed_of(account), seed=account.channel_id)
    rows = [row_of_script(account, post, posted=False) for post in reactions]
    SandboxPost.objects.bulk_create(rows, ignore_conflicts=True)


def _last_number(account: Account) -> int:
    posts = SandboxPost.objects.filter(channel_id=account.channel_id)
    return posts.aggregate(last=Max("seq"))["last"] or 0


def _one_at_a_time(account: Account) -> None:
    """Numbers are handed out by one transaction at a time."""
    serialise(f"sandbox:{account.channel_id}", account.workspace_id)
