"""Connecting a Mastodon account by signing in over there (OAuth with PKCE)."""

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cornbread.channels import actions, queries
from cornbread.channels.domain.trouble import ChannelTrouble
from cornbread.channels.forms import ConnectForm, InstanceForm
from cornbread.channels.models import Channel
from cornbread.channels.networks.mastodon import oauth
from cornbread.channels.registry import network
from cornbread.channels.views.connecting import form_page, go_to_connected
from cornbread.foundation.crypto import CannotOpen, open_sealed, seal
from cornbread.foundation.errors import Invalid, Refusal
from cornbread.foundation.forms import show_refusal
from cornbread.team.access import page
from cornbread.team.models import Member

KIND = "mastodon"
_SESSION = "mastodon_oauth"


class _Pending(msgspec.Struct, frozen=True):
    """What has to be the same when the person comes back."""

    app: oauth.App
    state: str
    verifier: str
    workspace_id: int
    channel_id: int | None = None


@require_POST
@page("channel.write")
def authorize(request: HttpRequest, member: Member) -> HttpResponse:
    """Register with the instance and lead the person there."""
    form = InstanceForm(request.POST)
    renews = _renewed(request, member)
    if form.is_valid():
        try:
            address = _begin(request, member, form, renews)
        except ChannelTrouble as trouble:
            form.add_error("address", trouble.message)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            return _leave(request, address, form.cleaned_data["address"])
    empty = ConnectForm(network=network(KIND), renews=renews is not None)
    return form_page(request, network(KIND), empty, instance=form, renews=renews)


def _renewed(request: HttpRequest, member: Member) -> Channel | None:
    number = request.POST.get("channel", "")
    return queries.channel(int(number), seen_by=member) if number.isdecimal() else None


def _begin(request: HttpRequest, member: Member, form: InstanceForm, renews: Channel | None) -> str:
    local = renews.local if renews else form.is_local()
    actions.refuse_local(local)
    back = reverse("mastodon_callback", kwargs={"slug": member.workspace.slug})
    app = oauth.register_app(
        form.cleaned_data["address"], request.build_absolute_uri(back), local=local
    )
    pending = _Pending(
        app=app,
        state=oauth.new_state(),
        verifier=oauth.new_verifier(),
        workspace_id=member.workspace_id,
        channel_id=renews.pk if renews else None,
    )
    # Sessions are kept in the database, and the app's secret is not to be read there.
    request.session[_SESSION] = seal(msgspec.json.encode(pending).decode()).decode("ascii")
    return oauth.authorize_url(app, state=pending.state, verifier=pending.verifier)


def _leave(request: HttpRequest, address: str, instance: str) -> HttpResponse:
    """The policy lets no form lead to another site, so a script or a link does."""
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer.headers["HX-Redirect"] = address
        return answer
    context = {"address": address, "instance": instance}
    return render(request, "channels/leave.html", context)


@never_cache
@require_GET
@page("channel.write")
def callback(request: HttpRequest, member: Member) -> HttpResponse:
    """The person is back from the instance, with a code or with a no."""
    pending = _pending(request)
    state = request.GET.get("state", "")
    if (
        pending is None
        or pending.workspace_id != member.workspace_id
        or not constant_time_compare(state, pending.state)
    ):
        messages.error(request, "That took too long, or was not begun here. Please connect again.")
        return redirect("channel_connect", slug=member.workspace.slug, kind=KIND)
    try:
        made = _connect(request.GET.get("code", ""), pending, member)
    except (Refusal, ChannelTrouble) as trouble:
        messages.error(request, trouble.message)
        return redirect("channel_connect", slug=member.workspace.slug, kind=KIND)
    return go_to_connected(request, made)


def _pending(request: HttpRequest) -> _Pending | None:
    sealed = request.session.pop(_SESSION, None)
    if not isinstance(sealed, str):
        return None
    try:
        return msgspec.json.decode(open_sealed(sealed.encode("ascii")), type=_Pending)
    except CannotOpen:  # The key was changed in between.
        return None


def _connect(code: str, pending: _Pending, member: Member) -> Channel:
    if not code:
        raise Invalid("The instance did not allow it, so nothing was connected.")
    token = oauth.exchange(pending.app, code, verifier=pending.verifier)
    values = {"address": pending.app.address, "token": token}
    if pending.channel_id is not None:
        return actions.reconnect(pending.channel_id, values, by=member)
    return actions.connect(KIND, values, by=member, local=pending.app.local)
