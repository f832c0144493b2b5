"""Rules, macros and webhooks in the API."""

from django.http import HttpRequest
from ninja import Router, Status
from ninja.params.functions import Query

from cornbread.automation import actions, queries
from cornbread.automation.actions import RuleIn
from cornbread.automation.models import Macro
from cornbread.automation.schemas.macros import MacroBody, MacroOut, RunIn, RunOut, UndoneOut
from cornbread.automation.schemas.rules import (
    FiringOut,
    FiringsPage,
    RuleBody,
    RuleOut,
    SwitchIn,
    TrialOut,
    TryIn,
)
from cornbread.automation.schemas.webhooks import (
    NewWebhookOut,
    WebhookIn,
    WebhookMessageOut,
    WebhookMessagesPage,
    WebhookOut,
)
from cornbread.automation.trying import try_out, try_rule
from cornbread.team.api_access import MOST, Scoped, decode_cursor, page_of, reader
from cornbread.team.schemas import Cursor, Id

router = Router(tags=["automation"])
READ, WRITE = Scoped("automations:read"), Scoped("automations:write")
#: What a dry run and the log show are conversations.
LOOK = Scoped("automations:read", "conversations:read")
#: A macro does what the person may do: the token has to open both.
RUN = Scoped("automations:read", "conversations:write")
#: So does a rule, when it fires: a token must not lend more than it holds.
LEND = Scoped("automations:write", "conversations:write")


@router.get("/rules", auth=READ, response=list[RuleOut])
def rules(request: HttpRequest) -> list[RuleOut]:
    """All rules, those that are on first."""
    return [RuleOut.of(one) for one in queries.rules(seen_by=reader(request))]


@router.post("/rules", auth=LEND, response={201: RuleOut})
def create_rule(request: HttpRequest, payload: RuleBody) -> Status[RuleOut]:
    """Write a rule, which is off until it is switched on."""
    made = actions.save_rule(None, _written(payload), by=reader(request))
    return Status(201, RuleOut.of(made))


@router.post("/rules/dry-run", auth=LOOK, response=TrialOut)
def try_conditions(request: HttpRequest, payload: TryIn) -> TrialOut:
    """Try a rule that is not saved on the last seven days; nothing changes."""
    tried = try_out(
        payload.triggers,
        payload.wait_minutes,
        payload.conditions.dict(),
        seen_by=reader(request),
    )
    return TrialOut.of(tried)


@router.get("/rules/log", auth=LOOK, response=FiringsPage)
def rule_log(
    request: HttpRequest,
    rule: Id | None = None,
    cursor: Cursor = "",
    limit: int = Query(50, ge=1, le=MOST),
) -> FiringsPage:
    """What fired, on what, why, and what came of it; newest first."""
    place = decode_cursor(cursor, 1)
    found = queries.firings(
        seen_by=reader(request), rule_id=rule, before=place[0] if place else None
    )
    shown, more = page_of(found[: limit + 1], limit, lambda one: (one.pk,))
    return FiringsPage(items=[FiringOut.of(one) for one in shown], next=more)


@router.get("/rules/{rule_id}", auth=READ, response=RuleOut)
def rule(request: HttpRequest, rule_id: Id) -> RuleOut:
    """One rule."""
    return RuleOut.of(queries.rule(rule_id, seen_by=reader(request)))


@router.put("/rules/{rule_id}", auth=LEND, response=RuleOut)
def change_rule(request: HttpRequest, rule_id: Id, payload: RuleBody) -> RuleOut:
    """Change a rule; it runs with your rights from now on."""
    actions.save_rule(rule_id, _written(payload), by=reader(request))
    return RuleOut.of(queries.rule(rule_id, seen_by=reader(request)))


@router.delete("/rules/{rule_id}", auth=WRITE, response={204: None})
def delete_rule(request: HttpRequest, rule_id: Id) -> Status[None]:
    """Delete a rule with its log; what it did stays."""
    actions.delete_rule(rule_id, by=reader(request))
    return Status(204, None)


@router.put("/rules/{rule_id}/active", auth=WRITE, response=RuleOut)
def switch_rule(request: HttpRequest, rule_id: Id, payload: SwitchIn) -> RuleOut:
    """Let a rule run from now on, or stop it."""
    return RuleOut.of(actions.switch_rule(rule_id, on=payload.active, by=reader(request)))


@router.post("/rules/{rule_id}/dry-run", auth=LOOK, response=TrialOut)
def dry_run(request: HttpRequest, rule_id: Id) -> TrialOut:
    """Try a saved rule on the last seven days; nothing changes."""
    return TrialOut.of(try_rule(rule_id, seen_by=reader(request)))


def _written(payload: RuleBody) -> RuleIn:
    return RuleIn(**payload.dict())


@router.get("/macros", auth=READ, response=list[MacroOut])
def macros(request: HttpRequest) -> list[MacroOut]:
    """All macros by name."""
    return [MacroOut.of(one) for one in queries.macros(seen_by=reader(request))]


@router.post("/macros", auth=LEND, response={201: MacroOut})
def create_macro(request: HttpRequest, payload: MacroBody) -> Status[MacroOut]:
    """Write a macro."""
    return Status(201, MacroOut.of(_saved(request, None, payload)))


@router.put("/macros/{macro_id}", auth=LEND, response=MacroOut)
def change_macro(request: HttpRequest, macro_id: Id, payload: MacroBody) -> MacroOut:
    """Change a macro."""
    return MacroOut.of(_saved(request, macro_id, payload))


def _saved(request: HttpRequest, macro_id: int | None, payload: MacroBody) -> Macro:
    steps = [step.dict() for step in payload.steps]
    return actions.save_macro(macro_id, name=payload.name, steps=steps, by=reader(request))


@router.delete("/macros/{macro_id}", auth=WRITE, response={204: None})
def delete_macro(request: HttpRequest, macro_id: Id) -> Status[None]:
    """Delete a macro; what it did stays."""
    actions.delete_macro(macro_id, by=reader(request))
    return Status(204, None)


@router.post("/macros/{macro_id}/runs", auth=RUN, response={201: list[RunOut]})
def run_macro(request: HttpRequest, macro_id: Id, payload: RunIn) -> Status[list[RunOut]]:
    """Do the macro's steps on each conversation; steps that are refused are left out and said."""
    made = actions.run_macro(macro_id, payload.conversation_ids, by=reader(request))
    return Status(201, [RunOut.of(one) for one in made])


@router.post("/macro-runs/{run_id}/undo", auth=RUN, response=UndoneOut)
def undo_macro(request: HttpRequest, run_id: Id) -> UndoneOut:
    """Take back what was run together, as far as nobody changed it since."""
    return UndoneOut(kept=actions.undo(run_id, by=reader(request)))


@router.get("/webhooks", auth=READ, response=list[WebhookOut])
def webhooks(request: HttpRequest) -> list[WebhookOut]:
    """The systems that rules can tell."""
    return [WebhookOut.of(one) for one in queries.endpoints(seen_by=reader(request))]


@router.post("/webhooks", auth=WRITE, response={201: NewWebhookOut})
def create_webhook(request: HttpRequest, payload: WebhookIn) -> Status[NewWebhookOut]:
    """Name a system to tell; the answer holds its secret, once."""
    made, secret = actions.save_endpoint(payload.name, payload.url, by=reader(request))
    return Status(201, NewWebhookOut(**WebhookOut.of(made).dict(), secret=secret))


@router.put("/webhooks/{endpoint_id}/active", auth=WRITE, response=WebhookOut)
def switch_webhook(request: HttpRequest, endpoint_id: Id, payload: SwitchIn) -> WebhookOut:
    """Tell it again, or not any more."""
    on = payload.active
    return WebhookOut.of(actions.switch_endpoint(endpoint_id, on=on, by=reader(request)))


@router.delete("/webhooks/{endpoint_id}", auth=WRITE, response={204: None})
def delete_webhook(request: HttpRequest, endpoint_id: Id) -> Status[None]:
    """Forget a system and what it was told."""
    actions.delete_endpoint(endpoint_id, by=reader(request))
    return Status(204, None)


@router.post("/webhooks/{endpoint_id}/ping", auth=WRITE, response={202: WebhookMessageOut})
def ping_webhook(request: HttpRequest, endpoint_id: Id) -> Status[WebhookMessageOut]:
    """Send a message that says nothing; follow it under /messages."""
    return Status(202, WebhookMessageOut.of(actions.ping(endpoint_id, by=reader(request))))


@router.get("/webhooks/{endpoint_id}/messages", auth=READ, response=WebhookMessagesPage)
def webhook_messages(
    request: HttpRequest,
    endpoint_id: Id,
    cursor: Cursor = "",
    limit: int = Query(50, ge=1, le=MOST),
) -> WebhookMessagesPage:
    """What a system was told, newest first, and whether it knows."""
    place = decode_cursor(cursor, 1)
    found = queries.messages(
        endpoint_id, seen_by=reader(request), before=place[0] if place else None
    )
    shown, more = page_of(found[: limit + 1], limit, lambda one: (one.pk,))
    return WebhookMessagesPage(items=[WebhookMessageOut.of(one) for one in shown], next=more)
