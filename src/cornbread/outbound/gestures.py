"""Favourites, boosts and follows: queued like replies, and harmless to repeat."""

from django.db import transaction

from cornbread.channels.contract import Sender
from cornbread.channels.domain.posts import Author
from cornbread.channels.domain.trouble import (
    ChannelTrouble,
    OutcomeUncertain,
    RateLimited,
    Unreachable,
)
from cornbread.foundation.errors import Invalid
from cornbread.foundation.jobs import Retry, job
from cornbread.foundation.outbox import emit
from cornbread.listening.models import Mention
from cornbread.outbound.events import GestureMade
from cornbread.outbound.models import Gesture
from cornbread.team.models import Member


@transaction.atomic
def gesture(kind: str, *, mention: Mention, by: Member, context: str) -> Gesture:
    """Ask for a gesture towards a post or its author; asking again tries a failed one again."""
    by.require("conversation.reply")
    if kind not in Gesture.Kind.values:
        raise Invalid("Choose favourite, boost or follow.", fields={"kind": "Choose one."})
    if not getattr(mention.channel.capabilities, kind):
        raise Invalid(f"{mention.channel.network.name} knows no {kind}.")
    if kind == Gesture.Kind.BOOST and mention.visibility != "public":
        raise Invalid("This was written privately. It is not ours to share.")
    made, _ = Gesture.objects.get_or_create(
        mention=mention, kind=kind, defaults={"workspace_id": by.workspace_id, "by": by}
    )
    if made.state != Gesture.State.DONE:
        Gesture.objects.filter(pk=made.pk).update(state=Gesture.State.QUEUED, trouble="")
        make_gesture.enqueue(made.pk, context, made.workspace_id)
    return made


@job(queue="outbound", max_attempts=6, lease_s=60)
def make_gesture(gesture_id: int, context: str, workspace_id: int) -> None:
    """Favourite, share or follow on the network.

    The workspace says whose job it is.
    """
    row = Gesture.objects.select_related("mention__channel", "mention__identity").get(pk=gesture_id)
    if row.state == Gesture.State.DONE:
        return
    channel = row.mention.channel
    sender = channel.network.sender(channel.account())
    if sender is None:
        _settle(row, context, Gesture.State.FAILED, f"{channel.network.name} takes no gestures.")
        return
    try:
        _make(sender, row)
    except RateLimited as wait:
        raise Retry(after_s=wait.retry_after_s, counted=False) from wait
    except (Unreachable, OutcomeUncertain):
        raise
    except ChannelTrouble as trouble:
        _settle(row, context, Gesture.State.FAILED, trouble.message)
    else:
        _settle(row, context, Gesture.State.DONE, "")


def _make(sender: Sender, row: Gesture) -> None:
    mention = row.mention
    if row.kind == Gesture.Kind.FAVOURITE:
        sender.favourite(mention.external_id)
    elif row.kind == Gesture.Kind.BOOST:
        sender.boost(mention.external_id)
    else:
        identity = mention.identity
        sender.follow(
            Author(
                external_id=identity.external_id,
                handle=identity.handle,
                name=identity.name,
                url=identity.url,
            )
        )


@transaction.atomic
def _settle(row: Gesture, context: str, state: str, trouble: str) -> None:
    Gesture.objects.filter(pk=row.pk).update(state=state, trouble=trouble[:500])
    emit(
        GestureMade(workspace_id=row.workspace_id, gesture_id=row.pk, context=context, state=state)
    )
