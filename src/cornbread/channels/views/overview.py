"""All channels with their health; htmx asks again for the list alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cornbread.channels import queries
from cornbread.channels.models import Channel
from cornbread.channels.showing import shown
from cornbread.team.access import page
from cornbread.team.models import Member


@require_GET
@page("channel.read")
def channels(request: HttpRequest, member: Member) -> HttpResponse:
    """Every connected place and how it is doing."""
    everything = shown(queries.channels(seen_by=member), seen_by=member)
    gone = Channel.State.REMOVED
    context = {
        "channels": [one for one in everything if one.channel.state != gone],
        "removed": [one for one in everything if one.channel.state == gone],
        "may_change": member.may("channel.write"),
    }
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, "channels/_list.html" if fragment else "channels/list.html", context)
