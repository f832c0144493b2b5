"""The front door: first run, the way into a workspace, and the choice between several."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import show_refusal, status_of
from cornbread.foundation.navigation import home_of, start_of
from cornbread.team import actions, queries
from cornbread.team.access import public
from cornbread.team.forms import WelcomeForm

#: Who vouched for somebody that an action of ours has just made or checked.
BACKEND = "django.contrib.auth.backends.ModelBackend"


@public("it only leads on: to first run, to the sign-in, or into the visitor's own workspace")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Leads everybody to where they can begin."""
    if not request.user.is_authenticated:
        return redirect("welcome" if queries.needs_owner() else "account_login")
    memberships = list(queries.memberships(user=request.user))
    if len(memberships) == 1:
        return redirect(home_of(memberships[0].workspace.slug))
    places = [(one, home_of(one.workspace.slug)) for one in memberships]
    return render(request, "team/workspaces.html", {"places": places})


@public("open only while nobody has an account here; set_up makes sure of that again")
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """First run: the owner's account and the brand."""
    if not queries.needs_owner():
        return redirect("home")
    form = WelcomeForm(request.POST or None)
    if form.is_valid():
        try:
            member = actions.set_up(**form.cleaned_data)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            login(request, member.user, backend=BACKEND)
            request.member = member  # type: ignore[attr-defined]
            return redirect(start_of(request, member.workspace.slug))
    return render(request, "team/welcome.html", {"form": form}, status=status_of(form))
