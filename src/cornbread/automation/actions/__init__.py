"""Every change to rules, macros and the systems that are told."""

from cornbread.automation.actions.endpoints import (
    delete_endpoint,
    ping,
    save_endpoint,
    switch_endpoint,
)
from cornbread.automation.actions.macros import delete_macro, run_macro, save_macro, undo
from cornbread.automation.actions.rules import RuleIn, delete_rule, save_rule, switch_rule

__all__ = [
    "RuleIn",
    "delete_endpoint",
    "delete_macro",
    "delete_rule",
    "ping",
    "run_macro",
    "save_endpoint",
    "save_macro",
    "save_rule",
    "switch_endpoint",
    "switch_rule",
    "undo",
]
