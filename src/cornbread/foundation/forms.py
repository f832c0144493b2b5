"""What every room's forms share: a refusal of an action shown beside the field it is about."""

from django import forms

from cornbread.foundation.errors import Refusal


def show_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Put what an action refused beside the fields it names, or above the form."""
    known = {name: text for name, text in refusal.fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, text)
    if not known:
        form.add_error(None, refusal.message)


def status_of(form: forms.Form) -> int:
    """The HTTP status to answer with; the first field that is wrong will have the focus."""
    if not form.errors:
        return 200
    for field in form.fields.values():
        field.widget.attrs.pop("autofocus", None)
    first = next((name for name in form.fields if name in form.errors), None)
    if first is not None:
        form.fields[first].widget.attrs["autofocus"] = True
    return 422
