"""Roles and what each may do. The only place that knows both."""

from enum import StrEnum


class Role(StrEnum):
    """Roles of a member, from the widest to the narrowest."""

    OWNER = "owner"
    ADMIN = "admin"
    LEAD = "lead"
    AGENT = "agent"
    PUBLISHER = "publisher"
    PARTNER = "partner"
    ANALYST = "analyst"
    COMPLIANCE = "compliance"

    @property
    def label(self) -> str:
        """The word shown to people."""
        return self.value.capitalize()


READ = frozenset(
    {
        "conversation.read",
        "person.read",
        "watch.read",
        "channel.read",
        "member.read",
        "promise.read",
    }
)
ANSWER = frozenset(
    {
        "conversation.reply",
        "conversation.note",
        "conversation.assign",
        "conversation.label",
        "conversation.status",
        "conversation.touch",
        "person.write",
        "canned.read",
    }
)
LISTEN = frozenset({"watch.write"})
LEAD = frozenset(
    {
        "label.write",
        "delivery.resolve",
        "mention.write",
        "promise.write",
        "automation.read",
        "automation.write",
        "macro.run",
        "canned.write",
    }
)
MANAGE = frozenset(
    {"channel.write", "member.write", "workspace.write", "token.write", "job.replay", "import.run"}
)
OWN = frozenset({"owner.write"})

#: Everyone may always manage their own sign-in and drafts; that needs no permission.
PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.OWNER: READ | ANSWER | LISTEN | LEAD | MANAGE | OWN,
    Role.ADMIN: READ | ANSWER | LISTEN | LEAD | MANAGE,
    Role.LEAD: READ | ANSWER | LISTEN | LEAD,
    Role.AGENT: READ | ANSWER | {"watch.write", "delivery.resolve", "macro.run"},
    Role.PUBLISHER: READ | LISTEN,
    # Partners meet people only inside the conversations given to them.
    Role.PARTNER: (ANSWER - {"person.write"}) | {"conversation.read"},
    Role.ANALYST: READ,
    Role.COMPLIANCE: READ,
}
ALL: frozenset[str] = frozenset().union(*PERMISSIONS.values())


def grants(role: Role, permission: str) -> bool:
    """Whether the role holds the permission; unknown permissions are a programming error."""
    if permission not in ALL:
        raise LookupError(f"No such permission: {permission}")
    return permission in PERMISSIONS[role]


#: What a token may be limited to; each scope opens a set of permissions.
SCOPES: dict[str, frozenset[str]] = {
    "conversations:read": frozenset({"conversation.read"}),
    "conversations:write": frozenset(
        {"conversation.read", "delivery.resolve", "label.write", *ANSWER} - {"person.write"}
    ),
    "mentions:write": frozenset({"mention.write"}),
    "people:read": frozenset({"person.read"}),
    "people:write": frozenset({"person.read", "person.write"}),
    "watches:read": frozenset({"watch.read"}),
    "watches:write": frozenset({"watch.read", "watch.write"}),
    "channels:read": frozenset({"channel.read"}),
    "channels:write": frozenset({"channel.read", "channel.write"}),
    "promises:read": frozenset({"promise.read"}),
    "promises:write": frozenset({"promise.read", "promise.write", "channel.read"}),
    "canned:read": frozenset({"canned.read"}),
    "canned:write": frozenset({"canned.read", "canned.write"}),
    "jobs:write": frozenset({"job.replay"}),
    "automations:read": frozenset({"automation.read", "macro.run"}),
    "automations:write": frozenset({"automation.read", "automation.write", "macro.run"}),
}


def opened_by(scopes: frozenset[str]) -> frozenset[str]:
    """All permissions that a token with these scopes can use, its member's role permitting."""
    return frozenset().union(*(SCOPES[scope] for scope in scopes if scope in SCOPES))
