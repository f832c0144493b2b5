"""One channel: how it is doing, what it can do, and what can be done about it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cornbread.channels import actions, queries, rehearsal
from cornbread.channels.domain.abilities import abilities
from cornbread.channels.handing_in import previous_until, receive_url
from cornbread.channels.models import Channel
from cornbread.channels.registry import command_of
from cornbread.channels.showing import shown
from cornbread.channels.views.connecting import secret_page
from cornbread.team.access import page
from cornbread.team.models import Member


@require_GET
@page("channel.read")
def channel(request: HttpRequest, member: Member, channel_id: int) -> HttpResponse:
    """Health, streams, abilities; htmx asks again for the health alone."""
    one = queries.channel(channel_id, seen_by=member)
    context = {
        "one": shown([one], seen_by=member)[0],
        "cursors": queries.cursors(channel_id, seen_by=member),
        "abilities": abilities(one.capabilities),
        "may_change": member.may("channel.write"),
        "renews": not command_of(one.network) and not one.capabilities.receives,
        "can_rehearse": rehearsal.can_rehearse(one),
        "receive_url": receive_url(one),
        "previous_until": previous_until(one),
    }
    fragment = bool(request.headers.get("HX-Request"))
    template = "channels/_health.html" if fragment else "channels/channel.html"
    return render(request, template, context)


@require_POST
@page("channel.write")
def pause(request: HttpRequest, member: Member, channel_id: int) -> HttpResponse:
    """Stop listening for a while."""
    one = actions.pause(channel_id, by=member)
    return _back(request, one, f"{one.name} is paused. What is said meanwhile is heard later.")


@require_POST
@page("channel.write")
def resume(request: HttpRequest, member: Member, channel_id: int) -> HttpResponse:
    """Listen again, from where it stopped."""
    one = actions.resume(channel_id, by=member)
    return _back(request, one, f"{one.name} is listened to again, from where it stopped.")


@require_POST
@page("channel.write")
def disconnect(request: HttpRequest, member: Member, channel_id: int) -> HttpResponse:
    """Forget how to sign in there; what was heard stays."""
    actions.remove(channel_id, by=member)
    messages.success(request, "The channel is disconnected. What was heard stays.")
    return redirect("channels", slug=member.workspace.slug)


@never_cache
@require_POST
@page("channel.write")
def secret(request: HttpRequest, member: Member, channel_id: int) -> HttpResponse:
    """A new secret for handing posts in, shown this once."""
    return secret_page(request, actions.rotate_secret(channel_id, by=member), rotated=True)


@require_POST
@page("channel.write")
def rehearse(request: HttpRequest, member: Member, channel_id: int) -> HttpResponse:
    """Let the scripted customers of the sandbox talk."""
    one = rehearsal.rehearse(channel_id, by=member)
    return _back(request, one, "The customers are on their way. The first writes in a moment.")


def _back(request: HttpRequest, one: Channel, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("channel", slug=one.workspace.slug, channel_id=one.pk)
