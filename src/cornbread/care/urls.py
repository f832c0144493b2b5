"""Addresses of the inbox, below a workspace."""

from django.urls import URLPattern, path

from cornbread.care import many_urls as many
from cornbread.care.views import calendars, canned, changing, composing, elsewhere, inbox, policies

_ONE = "inbox/<int:conversation_id>/"
_HOURS = "settings/hours/"
_PROMISES = "settings/promises/"

urlpatterns: list[URLPattern] = [
    *many.urlpatterns,
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
    path(f"{_ONE}canned/", canned.choices, name="conversation-canned"),
    path(f"{_ONE}canned/<int:response_id>/", canned.put_in, name="conversation-canned-text"),
    path(f"{_ONE}presence/", composing.presence, name="conversation-presence"),
    path(f"{_ONE}assign/", changing.assign, name="conversation-assign"),
    path(f"{_ONE}priority/", changing.prioritise, name="conversation-priority"),
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
    path(_HOURS, calendars.calendars, name="calendars"),
    path(f"{_HOURS}new/", calendars.new_calendar, name="new_calendar"),
    path(f"{_HOURS}place/", calendars.calendar_place, name="calendar_place"),
    path(f"{_HOURS}<int:calendar_id>/", calendars.calendar, name="calendar"),
    path(f"{_HOURS}<int:calendar_id>/change/", calendars.change_calendar, name="change_calendar"),
    path(f"{_HOURS}<int:calendar_id>/import/", calendars.import_days, name="import_days"),
    path(f"{_HOURS}<int:calendar_id>/delete/", calendars.delete_calendar, name="delete_calendar"),
    path(_PROMISES, policies.policies, name="policies"),
    path(f"{_PROMISES}new/", policies.new_policy, name="new_policy"),
    path(f"{_PROMISES}<int:policy_id>/", policies.policy, name="policy"),
    path(f"{_PROMISES}<int:policy_id>/change/", policies.change_policy, name="change_policy"),
    path(f"{_PROMISES}<int:policy_id>/move/", policies.move_policy, name="move_policy"),
    path(f"{_PROMISES}<int:policy_id>/delete/", policies.delete_policy, name="delete_policy"),
]
