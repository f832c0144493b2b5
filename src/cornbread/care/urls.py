"""Addresses of the inbox, below a workspace."""

from django.urls import URLPattern, path

from cornbread.care.views import changing, composing, elsewhere, inbox

_ONE = "inbox/<int:conversation_id>/"

urlpatterns: list[URLPattern] = [
    path("", inbox.home, name="workspace"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/rows/", inbox.rows, name="inbox-rows"),
    path("inbox/hits/", inbox.hits, name="inbox-hits"),
    path(
        "inbox/from-mention/<int:mention_id>/",
        elsewhere.open_from_mention,
        name="open_from_mention",
    ),
    path(
        "people/<int:person_id>/conversations/",
        elsewhere.person_conversations,
        name="person_conversations",
    ),
    path(_ONE, inbox.conversation, name="conversation"),
    path(f"{_ONE}fresh/", inbox.fresh, name="conversation-fresh"),
    path(f"{_ONE}composer/", inbox.compose, name="conversation-composer"),
    path(f"{_ONE}reply/", composing.reply, name="conversation-reply"),
    path(f"{_ONE}draft/", composing.draft, name="conversation-draft"),
    path(f"{_ONE}checks/", composing.checks, name="conversation-checks"),
    path(f"{_ONE}presence/", composing.presence, name="conversation-presence"),
    path(f"{_ONE}assign/", changing.assign, name="conversation-assign"),
    path(f"{_ONE}label/", changing.label, name="conversation-label"),
    path(f"{_ONE}status/<slug:to>/", changing.status, name="conversation-status"),
    path(f"{_ONE}snooze/", changing.snooze, name="conversation-snooze"),
    path(f"{_ONE}touch/", changing.touch, name="conversation-touch"),
    path(f"{_ONE}memories/", changing.remember, name="conversation-remember"),
    path(f"{_ONE}memories/<int:memory_id>/used/", changing.gesture, name="conversation-gesture"),
    path(
        f"{_ONE}deliveries/<int:delivery_id>/<slug:verb>/",
        changing.delivery,
        name="conversation-delivery",
    ),
]
