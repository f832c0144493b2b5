"""The demo story: a brand, its people, what was said so far and what is still to come.

``setting.toml`` says who works there and what they did; the scenes say what customers post.
"""

from datetime import datetime

import msgspec

from cornbread.channels.networks.sandbox import loading
from cornbread.channels.networks.sandbox.scene import Scene
from cornbread.channels.networks.sandbox.scenes import scenes
from cornbread.channels.networks.sandbox.script import Scripted, plan, post_id

#: The performance that a demo is; part of the ids of its posts.
RUN = "demo"


class Brand(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The workspace."""

    name: str
    slug: str
    time_zone: str


class Place(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An account of the brand on the sandbox network."""

    key: str
    handle: str
    name: str


class Staff(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Someone who works there."""

    key: str
    name: str
    email: str
    role: str


class StoryLabel(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A label and its colour."""

    name: str
    colour: str


class StoryWatch(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A saved listening query."""

    name: str
    query: str
    purpose: str
    topic: str = ""
    to_inbox: bool = True


class StoryMemory(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Something remembered about a customer, by handle."""

    key: str
    customer: str
    text: str
    at_min: float
    learned_from: str
    by: str
    expires_in_days: int | None = None


class StoryLink(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Another account, address or number that the brand noted for a customer."""

    key: str
    customer: str
    kind: str
    handle: str
    by: str


class StoryNote(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A private note in a case."""

    at_min: float
    by: str
    text: str


class StoryTouch(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Contact outside the text channels; ``memory`` and ``link`` are keys of those above."""

    kind: str
    at_min: float
    by: str
    text: str
    memory: str = ""
    link: str = ""


class Case(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What became of the conversation that a post opened, and the level it stands at.

    ``opening`` is the scene and the beat of that post, such as ``evening/insulin``.
    """

    opening: str
    level: int
    status: str = "open"
    assignee: str = ""
    labels: tuple[str, ...] = ()
    snoozed_for_min: float = 0
    notes: tuple[StoryNote, ...] = ()
    touches: tuple[StoryTouch, ...] = ()

    @property
    def external_id(self) -> str:
        """The id of the opening post."""
        scene, beat = self.opening.split("/")
        return post_id(scene, beat, RUN)


class Setting(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Everything around the posts."""

    brand: Brand
    channels: tuple[Place, ...]
    members: tuple[Staff, ...]
    labels: tuple[StoryLabel, ...]
    watches: tuple[StoryWatch, ...]
    memories: tuple[StoryMemory, ...]
    links: tuple[StoryLink, ...]
    cases: tuple[Case, ...]


class StoryPost(msgspec.Struct, frozen=True):
    """A post on one of the brand's accounts (``channel`` is the key of its Place)."""

    channel: str
    post: Scripted


class StoryData(msgspec.Struct, frozen=True):
    """What a demo workspace is filled with.

    ``history`` is in the order of time. For what is still to come, start each of ``scenes`` on
    its channel with the same moment (``server.start(account, scene, now=…, run=RUN)``); that also
    stores the history over there, so that customers answer when it is answered.
    """

    setting: Setting
    history: tuple[StoryPost, ...]
    scenes: tuple[Scene, ...]


def story(now: datetime) -> StoryData:
    """The story as it stands at this moment."""
    told = scenes()
    history = [
        StoryPost(scene.channel, post)
        for scene in told
        for post in plan(scene, now, run=RUN)
        if post.at <= now
    ]
    setting = msgspec.convert(loading.table("setting"), Setting)
    return StoryData(setting, tuple(sorted(history, key=lambda one: one.post.at)), told)
