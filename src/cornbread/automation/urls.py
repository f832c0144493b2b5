"""Addresses of rules, macros and webhooks, below a workspace."""

from django.urls import URLPattern, path

from cornbread.automation.views import macros, rules, webhooks

_RULE = "rules/<int:rule_id>/"
_MACRO = "macros/<int:macro_id>/"
_WEBHOOK = "webhooks/<int:endpoint_id>/"

urlpatterns: list[URLPattern] = [
    path("", rules.rules, name="rules"),
    path("rules/new/", rules.new_rule, name="rule-new"),
    path("rules/parts/", rules.rule_parts, name="rule-parts"),
    path("rules/try/", rules.try_rule, name="rule-try"),
    path(_RULE, rules.edit_rule, name="rule"),
    path(f"{_RULE}switch/", rules.switch_rule, name="rule-switch"),
    path(f"{_RULE}delete/", rules.delete_rule, name="rule-delete"),
    path("log/", rules.log, name="rule-log"),
    path("macros/", macros.macros, name="macros"),
    path("macros/new/", macros.new_macro, name="macro-new"),
    path("macros/parts/", macros.macro_parts, name="macro-parts"),
    path(_MACRO, macros.edit_macro, name="macro"),
    path(f"{_MACRO}delete/", macros.delete_macro, name="macro-delete"),
    path("macros/for/<int:conversation_id>/", macros.choices, name="macro-choices"),
    path(f"{_MACRO}run/<int:conversation_id>/", macros.run_macro, name="macro-run"),
    path("runs/<int:run_id>/undo/", macros.undo, name="macro-undo"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path(_WEBHOOK, webhooks.webhook, name="webhook"),
    path(f"{_WEBHOOK}switch/", webhooks.switch_webhook, name="webhook-switch"),
    path(f"{_WEBHOOK}delete/", webhooks.delete_webhook, name="webhook-delete"),
    path(f"{_WEBHOOK}ping/", webhooks.ping, name="webhook-ping"),
]
