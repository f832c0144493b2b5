"""The demo brand: a railway with station inns, on an evening when everything happens at once.

The story itself is data of the sandbox network; this puts it into an empty database through the
same actions that people and listeners use.
"""

import secrets
from collections import defaultdict
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from django.db import transaction

from cornbread.automation import actions as automation
from cornbread.care import actions as care
from cornbread.care.following import context_of, enter_sent
from cornbread.care.models import Conversation, Entry
from cornbread.care.refreshing import refresh
from cornbread.channels import actions as channels
from cornbread.channels.contract import Connected
from cornbread.channels.domain.posts import Batch
from cornbread.channels.models import Channel
from cornbread.channels.networks.sandbox import server
from cornbread.channels.networks.sandbox.rows import as_heard
from cornbread.channels.networks.sandbox.story import RUN, Case, StoryData, story
from cornbread.channels.registry import network
from cornbread.config.signin import SignIn
from cornbread.foundation import clock
from cornbread.foundation.jobs import drain
from cornbread.listening.actions import save_watch
from cornbread.listening.intake import forget_compiled, take_in
from cornbread.outbound import actions as outbound
from cornbread.outbound.models import Delivery
from cornbread.people import actions as people
from cornbread.people.models import Identity
from cornbread.team import actions as team
from cornbread.team.domain.actors import SYSTEM
from cornbread.team.domain.permissions import Role
from cornbread.team.models import Member, Workspace

_CANNED = (
    (
        "late-train",
        "Sorry, your train is late",
        "Sorry, {{ person.first_name | and thank you for telling us }}. Which train are you on? "
        "Then I can say when it will be where you are.",
    ),
    (
        "refund",
        "Money back for a delay",
        "Hello {{ person.first_name | there }}, for a delay of an hour or more you get a quarter "
        "of the fare back, for two hours half of it. Shall I start that for you?",
    ),
    (
        "go-private",
        "Ask for details in private",
        "{{ person.first_name }}, please send us your booking number in a direct message, so that "
        "nobody else can read it. {{ brand.name }} will never ask for your card number.",
    ),
)


def fill() -> SignIn:
    """Tell the story in a new workspace; returns how to sign in as its owner."""
    demo = Demo(clock.now())
    with transaction.atomic():
        demo.people_and_places()
    demo.history()
    with transaction.atomic():
        demo.memories()
        demo.cases()
        demo.rules()
        demo.canned()
    return demo.sign_in


class Demo:
    """One filling, with what was made so far by the keys that the story uses."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.story: StoryData = story(now)
        self.members: dict[str, Member] = {}
        self.channels: dict[str, Channel] = {}
        self.kept: dict[str, int] = {}
        setting = self.story.setting
        owner = next(one for one in setting.members if one.role == Role.OWNER)
        self.sign_in = SignIn(owner.email, f"cornbread-{secrets.token_hex(3)}")

    @property
    def lead(self) -> Member:
        """Who sets things up: the owner."""
        return next(one for one in self.members.values() if one.role == Role.OWNER)

    def at(self, minutes: float) -> datetime:
        """A moment of the story, in minutes from now."""
        return self.now + timedelta(minutes=minutes)

    def people_and_places(self) -> None:
        """The workspace with its members, labels, watches and accounts."""
        brand = self.story.setting.brand
        workspace = team.create_workspace(brand.name, slug=brand.slug, demo=True)
        Workspace.objects.filter(pk=workspace.pk).update(time_zone=brand.time_zone)
        for staff in self.story.setting.members:
            password = self.sign_in.password if staff.email == self.sign_in.email else None
            user = team.create_user(staff.email, password, name=staff.name)
            member = team.add_member(workspace, user, Role(staff.role), by=SYSTEM)
            self.members[staff.key] = member
        for label in self.story.setting.labels:
            care.create_label(label.name, by=self.lead, colour=label.colour)
        for watch in self.story.setting.watches:
            save_watch(
                by=self.lead,
                name=watch.name,
                query=watch.query,
                purpose=watch.purpose,
                topic=watch.topic,
                to_inbox=watch.to_inbox,
            )
        for place in self.story.setting.channels:
            values = {"name": place.name, "handle": place.handle}
            found: Connected = network("sandbox").connect(values, local=False)
            made = channels.keep("sandbox", found, workspace_id=workspace.pk, by=self.lead)
            self.channels[place.key] = made

    def history(self) -> None:
        """What was said until now is heard; what is still to come waits in the sandbox."""
        forget_compiled()
        for scene in self.story.scenes:
            server.start(self.channels[scene.channel].account(), scene, now=self.now, run=RUN)
        posts = defaultdict(list)
        for told in self.story.history:
            account = self.channels[told.channel].account()
            posts[told.channel].append(as_heard(account, told.post))
        for key, heard in posts.items():
            take_in(self.channels[key], Batch(stream="history", posts=tuple(heard)))
        drain(queues=["reactions"])
        with transaction.atomic():
            self._name_who_answered()

    def _name_who_answered(self) -> None:
        """Our posts of the past were sent from here, each by somebody."""
        for told in self.story.history:
            if told.post.author is not None or told.post.by not in self.members:
                continue
            channel = self.channels[told.channel]
            entry = Entry.objects.filter(
                workspace_id=channel.workspace_id, external_id=told.post.external_id
            ).first()
            if entry is None:
                continue
            delivery = Delivery.objects.create(
                workspace_id=channel.workspace_id,
                channel=channel,
                context=context_of(entry.conversation_id),
                text=told.post.text,
                visibility=entry.visibility,
                in_reply_to=told.post.in_reply_to,
                idempotency_key=secrets.token_hex(20),
                state=Delivery.State.SENT,
                external_id=told.post.external_id,
                sent_at=told.post.at,
                by=self.members[told.post.by],
            )
            enter_sent(delivery.pk)

    def memories(self) -> None:
        """What the brand remembers of its customers, and which addresses it knows."""
        for memory in self.story.setting.memories:
            person = self._customer(memory.customer).person_id
            days = memory.expires_in_days
            made = people.remember(
                person,
                memory.text,
                by=self.members[memory.by],
                learned_at=self.at(memory.at_min),
                learned_from=memory.learned_from,
                expires_at=self.now + timedelta(days=days) if days else None,
            )
            self.kept[memory.key] = made.pk
        for link in self.story.setting.links:
            person = self._customer(link.customer).person_id
            by = self.members[link.by]
            identity = people.link(person, kind=link.kind, handle=link.handle, by=by)
            self.kept[link.key] = identity.pk

    def _customer(self, handle: str) -> Identity:
        workspace = self.lead.workspace_id
        return Identity.objects.get(workspace_id=workspace, handle=handle, ours=False)

    def cases(self) -> None:
        """What became of the conversations, each thing at its own time."""
        told = []
        for case in self.story.setting.cases:
            entry = Entry.objects.select_related("conversation").get(
                workspace_id=self.lead.workspace_id, mention__external_id=case.external_id
            )
            self._tell(entry.conversation, case, begun=entry.at)
            told.append(entry.conversation_id)
        # Told at past times, levels and clocks stand as they stood then.
        refresh(told)

    def rules(self) -> None:
        """Two rules and a macro, from the evening on: what was told so far sets nothing off."""
        stuck = {"field": "text", "operator": "matches", "value": "Alderbridge OR 417 OR 421"}
        labelled = automation.RuleIn(
            name="The trains at Alderbridge",
            triggers=["opened"],
            conditions={"groups": [{"conditions": [stuck]}]},
            steps=[{"do": "add_label", "name": "alderbridge"}],
        )
        waiting = automation.RuleIn(
            name="Nobody waits two hours",
            triggers=["waiting"],
            wait_minutes=120,
            steps=[{"do": "assign", "member_id": self.lead.pk}],
        )
        made = automation.save_rule(None, labelled, by=self.lead)
        automation.switch_rule(made.pk, on=True, by=self.lead)
        automation.save_rule(None, waiting, by=self.lead)
        steps = [
            {"do": "add_label", "name": "urgent"},
            {"do": "note", "text": "Asked the night desk to look after this one."},
            {"do": "snooze", "hours": 12},
        ]
        automation.save_macro(None, name="Tomorrow morning", steps=steps, by=self.lead)

    def canned(self) -> None:
        """What is said again and again on such an evening, and how the brand signs."""
        for shortcut, title, text in _CANNED:
            outbound.save_canned(None, outbound.Written(shortcut, title, text, "en"), by=self.lead)
        outbound.save_brand_signature("^{{ member.first_name }}", on=True, by=self.lead)

    def _tell(self, conversation: Conversation, case: Case, *, begun: datetime) -> None:
        by = self.members.get(case.assignee, self.lead)
        with self._shortly_after(begun):
            if case.assignee:
                care.assign(conversation.pk, to=by.pk, by=by)
            for label in case.labels:
                care.label(conversation.pk, label, by=by)
        for note in case.notes:
            with clock.stopped_at(self.at(note.at_min)):
                care.note(conversation.pk, note.text, by=self.members[note.by])
        for touch in case.touches:
            care.record_touch(
                conversation.pk,
                touch.kind,
                by=self.members[touch.by],
                at=self.at(touch.at_min),
                text=touch.text,
                memory_id=self.kept.get(touch.memory),
                identity_id=self.kept.get(touch.link),
            )
        self._end(conversation, case, by)

    def _end(self, conversation: Conversation, case: Case, by: Member) -> None:
        conversation.refresh_from_db()
        with self._shortly_after(conversation.last_at or self.now):
            if case.status == "resolved":
                care.resolve(conversation.pk, by=by)
            elif case.status == "snoozed":
                until = self.at(case.snoozed_for_min)
                care.snooze(conversation.pk, until=until, by=by)

    def _shortly_after(self, moment: datetime) -> AbstractContextManager[None]:
        return clock.stopped_at(min(moment + timedelta(minutes=2), self.now))
