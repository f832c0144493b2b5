"""The systems that are told, and what each was told."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cornbread.automation import actions, queries
from cornbread.automation.forms import EndpointForm
from cornbread.automation.views.rules import seen_by
from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import show_refusal, status_of
from cornbread.team.access import page
from cornbread.team.api_access import decode_cursor, encode_cursor
from cornbread.team.models import Member

PAGE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@page("automation.write")
def webhooks(request: HttpRequest, member: Member) -> HttpResponse:
    """All systems without their secrets, and a form for one more."""
    form = EndpointForm(request.POST or None)
    context: dict[str, object] = {}
    if form.is_valid():
        try:
            made, secret = actions.save_endpoint(by=member, **form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            context = {"made": made, "secret": secret}
            form = EndpointForm()
    context |= {"form": form, "endpoints": queries.endpoints(seen_by=member), **seen_by(member)}
    return render(request, "automation/webhooks.html", context, status=status_of(form))


@require_safe
@page("automation.write")
def webhook(request: HttpRequest, member: Member, endpoint_id: int) -> HttpResponse:
    """What a system was told, newest first."""
    endpoint = queries.endpoint(endpoint_id, seen_by=member)
    place = decode_cursor(request.GET.get("before", ""), 1)
    found = queries.messages(endpoint_id, seen_by=member, before=place[0] if place else None)
    rows = list(found[: PAGE + 1])
    context = {
        "endpoint": endpoint,
        "rows": rows[:PAGE],
        "older": encode_cursor(rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        **seen_by(member),
    }
    return render(request, "automation/webhook.html", context)


@require_POST
@page("automation.write")
def switch_webhook(request: HttpRequest, member: Member, endpoint_id: int) -> HttpResponse:
    """Tell a system again, or not any more."""
    on = request.POST.get("active") == "yes"
    endpoint = actions.switch_endpoint(endpoint_id, on=on, by=member)
    verb = "is told again" if on else "is not told any more"
    messages.success(request, f"“{endpoint.name}” {verb}.")
    return redirect("webhook", slug=member.workspace.slug, endpoint_id=endpoint_id)


@require_POST
@page("automation.write")
def delete_webhook(request: HttpRequest, member: Member, endpoint_id: int) -> HttpResponse:
    """Forget a system and what it was told."""
    name = queries.endpoint(endpoint_id, seen_by=member).name
    actions.delete_endpoint(endpoint_id, by=member)
    messages.success(request, f"“{name}” was deleted.")
    return redirect("webhooks", slug=member.workspace.slug)


@require_POST
@page("automation.write")
def ping(request: HttpRequest, member: Member, endpoint_id: int) -> HttpResponse:
    """Send a message that says nothing."""
    try:
        actions.ping(endpoint_id, by=member)
    except Invalid as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "A ping is on its way. Reload in a moment to see what it said.")
    return redirect("webhook", slug=member.workspace.slug, endpoint_id=endpoint_id)
