"""Roles, permissions and scopes in the words of the people who choose among them."""

from collections.abc import Iterator
from dataclasses import dataclass

from cornbread.team.domain.permissions import Role, grants

ROLES: dict[Role, str] = {
    Role.OWNER: "Everything, and the only one who can make or unmake owners.",
    Role.ADMIN: "Everything but owners: channels, members, tokens and the clocks.",
    Role.LEAD: "Answers and listens like an agent, keeps the labels, opening hours and policies, "
    "writes canned responses, rules and macros, and brings in single posts.",
    Role.AGENT: "Answers customers, settles replies whose fate is unknown, remembers what people "
    "said, and writes watches.",
    Role.PUBLISHER: "Reads everything and writes watches, but does not answer.",
    Role.PARTNER: "An outside help desk: sees and answers only what is given to its teams.",
    Role.ANALYST: "Reads everything, changes nothing.",
    Role.COMPLIANCE: "Reads everything, the change log too, and changes nothing.",
}

#: In the order of the work: hear, know, answer, run.
ABILITIES: tuple[tuple[str, str], ...] = (
    ("Read conversations", "conversation.read"),
    ("Reply to customers", "conversation.reply"),
    ("Write private notes", "conversation.note"),
    ("Assign and hand over", "conversation.assign"),
    ("Put labels on conversations, set their priority", "conversation.label"),
    ("Resolve, snooze, reopen", "conversation.status"),
    ("Record calls, visits and gestures", "conversation.touch"),
    ("Settle a reply whose fate is unknown", "delivery.resolve"),
    ("Make and change labels", "label.write"),
    ("Use canned responses", "canned.read"),
    ("Write canned responses, sign for the brand", "canned.write"),
    ("Run macros on conversations", "macro.run"),
    ("See rules, macros and their log", "automation.read"),
    ("Write rules, macros and webhooks", "automation.write"),
    ("See opening hours, policies and broken promises", "promise.read"),
    ("Set opening hours and policies", "promise.write"),
    ("See people and what is remembered", "person.read"),
    ("Change people and memories", "person.write"),
    ("See watches", "watch.read"),
    ("Write watches", "watch.write"),
    ("Bring in single posts", "mention.write"),
    ("Import files of posts", "import.run"),
    ("See channels and their health", "channel.read"),
    ("Connect and disconnect channels", "channel.write"),
    ("See members and the change log", "member.read"),
    ("Invite and change members", "member.write"),
    ("Change the brand and its clocks", "workspace.write"),
    ("Make API tokens", "token.write"),
    ("See failed jobs and run them again", "job.replay"),
    ("Make and unmake owners", "owner.write"),
)

SCOPES: dict[str, str] = {
    "conversations:read": "Read conversations and their timelines, members and teams.",
    "conversations:write": "Reply, note, assign, label, snooze and resolve.",
    "mentions:write": "Bring in posts of your own integrations.",
    "people:read": "Read people and what is remembered about them.",
    "people:write": "Change people and memories.",
    "watches:read": "Read watches.",
    "watches:write": "Write watches.",
    "channels:read": "Read channels and their health.",
    "channels:write": "Connect, pause and resume channels.",
    "promises:read": "Read opening hours, policies and broken promises.",
    "promises:write": "Set opening hours and policies.",
    "canned:read": "Read canned responses, and fill them in.",
    "canned:write": "Write, archive and bring in canned responses.",
    "jobs:write": "See failed jobs and run them again.",
    "automations:read": "Read rules, their log, and macros.",
    "automations:write": "Write and switch rules, macros and webhooks.",
}


@dataclass(frozen=True)
class Ability:
    """One row of the table of roles: what it is, and who may, in the order of the roles."""

    words: str
    granted: tuple[tuple[Role, bool], ...]


def abilities() -> Iterator[Ability]:
    """The whole table of roles."""
    for words, permission in ABILITIES:
        yield Ability(words, tuple((role, grants(role, permission)) for role in Role))
