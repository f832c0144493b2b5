"""Addresses of what is done to many conversations at once."""

from django.urls import URLPattern, path

from cornbread.care.views import changes

urlpatterns: list[URLPattern] = [
    path("inbox/matching/", changes.matching, name="inbox-matching"),
    path("inbox/changes/", changes.change, name="inbox-changes"),
    path("inbox/changes/<int:change_id>/", changes.changed, name="inbox-changed"),
    path("inbox/changes/<int:change_id>/undo/", changes.undo, name="inbox-undo"),
]
