"""Signatures: the member's own and the brand's, on one page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cornbread.foundation.errors import Invalid
from cornbread.foundation.forms import show_refusal, status_of
from cornbread.outbound import actions, queries
from cornbread.outbound.domain.variables import OF_SIGNATURES, filled
from cornbread.outbound.forms import SignatureForm
from cornbread.outbound.values import sample_values
from cornbread.team.access import page
from cornbread.team.models import Member


@require_http_methods(["GET", "HEAD", "POST"])
@page("conversation.reply")
def signatures(request: HttpRequest, member: Member) -> HttpResponse:
    """What stands below replies."""
    if request.method != "POST":
        return _page(request, member, _form("own", member), _form("brand", member))
    brand = request.POST.get("whose") == "brand"
    whose, other = ("brand", "own") if brand else ("own", "brand")
    form = SignatureForm(request.POST, prefix=whose)
    if form.is_valid():
        save = actions.save_brand_signature if brand else actions.save_own_signature
        try:
            save(form.cleaned_data["text"], on=form.cleaned_data["on"], by=member)
        except Invalid as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "Saved. It stands below what you answer from now on.")
            return redirect("signatures", slug=member.workspace.slug)
    rest = _form(other, member)
    return _page(request, member, *((rest, form) if brand else (form, rest)))


def _form(whose: str, member: Member) -> SignatureForm:
    there = queries.signatures(seen_by=member).get(whose)
    initial = {"text": there.text, "on": there.on} if there else {"text": "", "on": False}
    return SignatureForm(prefix=whose, initial=initial)


def _page(
    request: HttpRequest, member: Member, own: SignatureForm, brand: SignatureForm
) -> HttpResponse:
    text = queries.signature_text(seen_by=member)
    context = {
        "own": own,
        "brand": brand,
        "member": member,
        "may_sign_for_brand": member.may("canned.write"),
        "shown": filled(text, sample_values(member)),
        "variables": [f"{{{{ {name} }}}}" for name in sorted(OF_SIGNATURES)],
    }
    status = 422 if status_of(own) == 422 or status_of(brand) == 422 else 200
    return render(request, "outbound/signatures.html", context, status=status)
