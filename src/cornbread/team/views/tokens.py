"""API tokens: made here, shown once, revoked here."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cornbread.foundation import clock
from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import show_refusal, status_of
from cornbread.team import actions, queries
from cornbread.team.access import page
from cornbread.team.forms import TokenForm
from cornbread.team.models import Member


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page("token.write")
def tokens(request: HttpRequest, member: Member) -> HttpResponse:
    """All tokens without their secrets, and a form for one more."""
    form = TokenForm(request.POST or None)
    context: dict[str, object] = {}
    if form.is_valid():
        given = form.cleaned_data
        try:
            made, secret = actions.create_token(
                given["name"], given["scopes"], for_member=member, by=member, days=given["days"]
            )
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            context = {"made": made, "secret": secret}
            form = TokenForm()
    context |= {"form": form, "tokens": queries.tokens(seen_by=member), "now": clock.now()}
    template = "team/_tokens.html" if request.headers.get("HX-Request") else "team/tokens.html"
    return render(request, template, context, status=status_of(form))


@require_POST
@page("token.write")
def revoke(request: HttpRequest, member: Member, token_id: int) -> HttpResponse:
    """Close a token for ever."""
    actions.revoke_token(token_id, by=member)
    messages.success(request, "The token is revoked. What used it is refused from now on.")
    return redirect("tokens", slug=member.workspace.slug)
