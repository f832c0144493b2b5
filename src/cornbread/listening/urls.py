"""Addresses of listening, below a workspace."""

from django.urls import URLPattern, path

from cornbread.listening import views

_ONE = "listening/<int:watch_id>/"

urlpatterns: list[URLPattern] = [
    path("listening/", views.watches, name="watches"),
    path("listening/new/", views.new_watch, name="watch-new"),
    path("listening/preview/", views.preview, name="watch-preview"),
    path("listening/stream/", views.stream, name="stream"),
    path("listening/stream/new/", views.stream_new, name="stream-new"),
    path("listening/waves/<int:wave_id>/", views.wave, name="wave"),
    path(_ONE, views.edit_watch, name="watch"),
    path(f"{_ONE}switch/", views.switch_watch, name="watch-switch"),
    path(f"{_ONE}delete/", views.delete_watch, name="watch-delete"),
]
