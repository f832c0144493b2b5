"""Addresses of people, below a workspace."""

from django.urls import URLPattern, path

from cornbread.people import views

_ONE = "people/<int:person_id>/"

urlpatterns: list[URLPattern] = [
    path("people/", views.people, name="people"),
    path(_ONE, views.person, name="person"),
    path(f"{_ONE}name/", views.rename, name="person-rename"),
    path(f"{_ONE}identities/", views.link, name="person-link"),
    path(f"{_ONE}memories/", views.remember, name="person-remember"),
    path(f"{_ONE}memories/<int:memory_id>/forget/", views.forget, name="person-forget"),
]
