"""Connecting a channel: choose a network, fill in what it asks for, see that it works."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from cornbread.channels import actions, queries, rehearsal
from cornbread.channels.contract import Network
from cornbread.channels.domain.abilities import abilities, in_short
from cornbread.channels.forms import ConnectForm, InstanceForm, known_values
from cornbread.channels.handing_in import previous_until, receive_url, signing_secret
from cornbread.channels.models import Channel
from cornbread.channels.registry import KINDS, command_of, network, networks
from cornbread.channels.showing import shown
from cornbread.foundation.errors import Invalid, NotFound
from cornbread.foundation.forms import show_refusal, status_of
from cornbread.foundation.navigation import home_of
from cornbread.team.access import page
from cornbread.team.models import Member

#: Networks offered to somebody whose first channel it is, with what speaks for each.
FIRST = {
    "mastodon": "Hear your customers and answer them, live.",
    "feed": "Listen to a blog, a forum or reviews. You need no account.",
    "sandbox": "Scripted customers to try everything with. Nobody outside sees it.",
}


@require_GET
@page("channel.write")
def first(request: HttpRequest, member: Member) -> HttpResponse:
    """The end of first run: where shall we listen first?"""
    offered = [(network(kind), words) for kind, words in FIRST.items()]
    context = {"offered": offered, "home": home_of(member.workspace.slug)}
    return render(request, "channels/first.html", context)


@require_GET
@page("channel.write")
def choose(request: HttpRequest, member: Member) -> HttpResponse:
    """All networks and what each can do."""
    offered = [
        (
            place,
            in_short(place.capabilities),
            command_of(place).format(workspace=member.workspace.slug),
        )
        for place in networks()
    ]
    return render(request, "channels/choose.html", {"offered": offered})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page("channel.write")
def connect(request: HttpRequest, member: Member, kind: str) -> HttpResponse:
    """The form of one network; errors stand beside their fields."""
    place = _network(kind)
    form = ConnectForm(request.POST or None, network=place)
    if form.is_valid():
        try:
            made = actions.connect(kind, form.values(), by=member, local=form.is_local())
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            if rehearsal.can_rehearse(made):
                rehearsal.rehearse(made.pk, by=member)
            if made.capabilities.receives:
                return secret_page(request, made)
            return go_to_connected(request, made)
    return form_page(request, place, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page("channel.write")
def reconnect(request: HttpRequest, member: Member, channel_id: int) -> HttpResponse:
    """The same form for a channel that is there: a new token, a new address."""
    one = queries.channel(channel_id, seen_by=member)
    known = known_values(one)
    form = ConnectForm(request.POST or None, network=one.network, renews=True, initial=known)
    if form.is_valid():
        try:
            made = actions.reconnect(one.pk, form.values(), by=member)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            return go_to_connected(request, made)
    return form_page(request, one.network, form, renews=one)


@require_GET
@page("channel.write")
def connected(request: HttpRequest, member: Member, channel_id: int) -> HttpResponse:
    """It works: what happens now, and where to go from here."""
    one = queries.channel(channel_id, seen_by=member)
    context = {
        "one": shown([one], seen_by=member)[0],
        "abilities": abilities(one.capabilities),
        "home": home_of(member.workspace.slug),
        "can_rehearse": rehearsal.can_rehearse(one),
    }
    return render(request, "channels/connected.html", context)


def secret_page(request: HttpRequest, one: Channel, *, rotated: bool = False) -> HttpResponse:
    """The one page that shows the secret of a channel, or for htmx the part with it."""
    context = {
        "one": one,
        "rotated": rotated,
        "secret": signing_secret(one),
        "receive_url": receive_url(one),
        "previous_until": previous_until(one),
    }
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, "channels/_secret.html" if fragment else "channels/secret.html", context)


def go_to_connected(request: HttpRequest, made: Channel) -> HttpResponse:
    """To the page that says that it worked; htmx makes the whole page go there."""
    address = reverse(
        "channel_connected", kwargs={"slug": made.workspace.slug, "channel_id": made.pk}
    )
    if not request.headers.get("HX-Request"):
        return redirect(address)
    answer = HttpResponse(status=204)
    answer.headers["HX-Redirect"] = address
    return answer


def form_page(
    request: HttpRequest,
    place: Network,
    form: ConnectForm,
    *,
    instance: InstanceForm | None = None,
    renews: Channel | None = None,
) -> HttpResponse:
    """The page, or for htmx the part with the forms, that connects or renews a channel."""
    initial = {"address": renews.address} if renews else None
    slug = request.member.workspace.slug  # type: ignore[attr-defined]
    kwargs = {"kind": place.kind} if renews is None else {"channel_id": renews.pk}
    name = "channel_connect" if renews is None else "channel_reconnect"
    context = {
        "action": reverse(name, kwargs={"slug": slug, **kwargs}),
        "place": place,
        "form": form,
        "renews": renews,
        "short": in_short(place.capabilities),
        "authorize": _authorize_url(slug, place),
        "instance": instance or InstanceForm(initial=initial),
    }
    fragment = bool(request.headers.get("HX-Request"))
    status = status_of(form) if instance is None else status_of(instance)
    template = "channels/_connect.html" if fragment else "channels/connect.html"
    return render(request, template, context, status=status)


def _authorize_url(slug: str, place: Network) -> str:
    """Where the network lets somebody connect by signing in over there; empty where it cannot."""
    try:
        return reverse(f"{place.kind}_authorize", kwargs={"slug": slug})
    except NoReverseMatch:
        return ""


def _network(kind: str) -> Network:
    if kind not in KINDS or command_of(network(kind)):
        raise NotFound("There is no such network to connect.")
    return network(kind)
