"""One object of each kind in a workspace, so that every address and operation can be asked for."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.test import Client

from cornbread.automation import actions as automation
from cornbread.care import actions as care
from cornbread.care.domain.changes import Prioritise, Priority
from cornbread.care.domain.promises import Goal, Target
from cornbread.care.models import Conversation, Entry
from cornbread.channels import actions as channels
from cornbread.channels.domain.posts import Author, Batch, HeardPost
from cornbread.foundation import clock
from cornbread.foundation.jobs import drain
from cornbread.foundation.models import Job, JobState
from cornbread.listening import actions as listening
from cornbread.listening.intake import take_in
from cornbread.listening.models import Mention, Wave
from cornbread.outbound import actions as outbound
from cornbread.outbound.models import Delivery
from cornbread.people import actions as people
from cornbread.team import actions as team
from cornbread.team import queries
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import SCOPES, Role
from cornbread.team.models import Member, User, Workspace

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class Brand:
    """A workspace with a member of each role and one object of each kind."""

    workspace: Workspace
    members: dict[Role, Member]
    ids: dict[str, int] = field(default_factory=dict)
    secret: str = ""
    sessions: dict[Role, str] = field(default_factory=dict)
    tokens: dict[Role, str] = field(default_factory=dict)

    @property
    def owner(self) -> Member:
        return self.members[Role.OWNER]

    def browser(self, role: Role = Role.OWNER) -> Client:
        """A browser in which the member of this role is signed in."""
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client

    def token(self, *scopes: str, role: Role = Role.OWNER) -> str:
        """The secret of a token of this role's member; with all scopes unless some are named."""
        if not scopes:
            return self.tokens[role]
        return team.create_token("some", scopes, for_member=self.members[role], by=SYSTEM)[1]

    def sign_everybody_in(self) -> None:
        """Sessions and tokens for all, once: most of the time of these tests went into them."""
        for role, member in self.members.items():
            client = Client()
            client.force_login(member.user, backend=BACKEND)
            self.sessions[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
            self.tokens[role] = team.create_token("all", SCOPES, for_member=member, by=SYSTEM)[1]


def brand(name: str) -> Brand:
    """A brand in which everything exists once."""
    workspace = team.create_workspace(name)
    made = Brand(workspace, {role: _member(workspace, role) for role in Role})
    _meet_a_customer(made)
    _write_down(made)
    made.sign_everybody_in()
    return made


def _member(workspace: Workspace, role: Role) -> Member:
    user = User.objects.create_user(f"{role}@{workspace.slug}.example", name=role.label)
    team.add_member(workspace, user, role, by=SYSTEM)
    return queries.member(workspace.slug, user=user)


def _meet_a_customer(made: Brand) -> None:
    """A post is heard and opens a conversation; a reply to it is stuck."""
    handle = made.workspace.slug
    channel = channels.connect("sandbox", {"handle": handle}, by=made.owner)
    post = HeardPost(
        external_id=f"{handle}-1",
        author=Author(external_id=f"{handle}-mara", handle="mara", name="Mara Lind"),
        text="Where does my train stand?",
        created_at=clock.now() - timedelta(minutes=5),
        addressed=True,
    )
    take_in(channel, Batch(stream="posts", posts=(post,)))
    drain(workspace_id=made.workspace.pk)
    conversation = Conversation.objects.get(workspace=made.workspace)
    entry = Entry.objects.get(conversation=conversation, mention__isnull=False)
    delivery = care.reply(conversation.pk, "Outside Ulm.", by=made.owner, basis=entry.pk)
    Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.UNCERTAIN)
    made.ids |= {
        "channel_id": channel.pk,
        "conversation_id": conversation.pk,
        "entry_id": entry.pk,
        "mention_id": entry.mention_id or 0,
        "wave_id": _wave(entry).pk,
        "delivery_id": delivery.pk,
        "person_id": conversation.person_id,
        "identity_id": conversation.identity_id,
    }


def _wave(entry: Entry) -> Wave:
    wave = Wave.objects.create(
        workspace_id=entry.workspace_id, size=1, first_at=entry.at, last_at=entry.at
    )
    Mention.objects.filter(pk=entry.mention_id).update(wave=wave)
    return wave


def _write_down(made: Brand) -> None:
    """What members note and set up."""
    owner = made.owner
    memory = people.remember(made.ids["person_id"], "Sits by the window.", by=owner)
    label = care.create_label("late", by=owner)
    invitation, made.secret = team.invite(
        f"new@{made.workspace.slug}.example", Role.AGENT, by=owner
    )
    token, _ = team.create_token("kept", ["people:read"], for_member=owner, by=owner)
    canned = outbound.Written("late", "Late", "Hello {{ person.first_name | there }}")
    made.ids |= _automated(made) | {
        "response_id": outbound.save_canned(None, canned, by=owner).pk,
        **_promise(owner),
        "memory_id": memory.pk,
        "label_id": label.pk,
        "watch_id": listening.save_watch(by=owner, name="Ours", query="train").pk,
        "team_id": team.create_team("Night desk", by=owner).pk,
        "invitation_id": invitation.pk,
        "token_id": token.pk,
        "member_id": made.members[Role.AGENT].pk,
        "job_id": _failed_job(made.workspace).pk,
        "change_id": care.change_many(
            Prioritise(to=Priority.HIGH), [made.ids["conversation_id"]], by=owner
        ).pk,
    }


def _automated(made: Brand) -> dict[str, int]:
    """A rule, a macro that was run, and a system that is told."""
    owner, steps = made.owner, [{"do": "add_label", "name": "late"}]
    written = automation.RuleIn(name="Label it", triggers=["message_in"], steps=steps)
    macro = automation.save_macro(None, name="Late", steps=steps, by=owner)
    endpoint, _ = automation.save_endpoint("The till", "https://till.example/", by=owner)
    return {
        "rule_id": automation.save_rule(None, written, by=owner).pk,
        "macro_id": macro.pk,
        "run_id": automation.run_macro(macro.pk, [made.ids["conversation_id"]], by=owner)[0].pk,
        "endpoint_id": endpoint.pk,
    }


def _promise(owner: Member) -> dict[str, int]:
    desk = care.save_calendar(by=owner, name="Desk", zone="UTC", weekly={0: [("09:00", "17:00")]})
    soon = care.Terms(name="Soon", goals={Target.FIRST_RESPONSE: Goal(3600)})
    return {"calendar_id": desk.pk, "policy_id": care.save_policy(soon, by=owner).pk}


def _failed_job(workspace: Workspace) -> Job:
    return Job.objects.create(
        task="cornbread.outbound.sending.send_delivery",
        queue="outbound",
        workspace_id=workspace.pk,
        state=JobState.DEAD,
        max_attempts=1,
        due_at=clock.now(),
        created_at=clock.now(),
        finished_at=clock.now(),
        last_error={"class": "RuntimeError", "code": "error", "traceback": ""},
    )
