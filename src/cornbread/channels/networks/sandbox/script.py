"""The script engine: which posts a scene gives, and what customers answer. Pure.

Everything is decided by the scene, the moment, the speed and a seed, so that a test can tell
what will be said and when. At speed 60 an hour passes in a minute.
"""

import random
import re
from datetime import datetime, timedelta

import msgspec

from cornbread.channels.networks.sandbox.scene import Beat, Customer, Scene

_ASKS_FOR_DIRECT = re.compile(
    r"\b(?:dm|pm|direct message|private message|message us|in private|privately"
    r"|direktnachricht|privatnachricht|nachricht|message priv[ée]|mp|en priv[ée])\b",
    re.IGNORECASE,
)
_THIN_WORDS = 6
_SECONDS_A_LETTER = 0.12


class Step(msgspec.Struct, frozen=True):
    """How far a customer has come: which beat, how many turns, what has been asked of us."""

    scene: str
    beat: str
    said: int = 0
    asked: bool = False
    moved: bool = False
    waiting: bool = False

    def key(self) -> str:
        """The form in which it is stored with a post; begins with ``thread``."""
        flags = [("a", self.asked), ("m", self.moved), ("w", self.waiting)]
        return f"{self.thread}{self.said}/{''.join(letter for letter, on in flags if on)}"

    @property
    def thread(self) -> str:
        """The beginning that all steps of one beat have in common."""
        return f"{self.scene}/{self.beat}/"

    @classmethod
    def read(cls, key: str) -> "Step | None":
        """A stored step; None for a post that follows no script."""
        parts = key.split("/")
        if len(parts) != 4 or not parts[2].isdecimal():
            return None
        scene, beat, said, flags = parts
        return cls(scene, beat, int(said), "a" in flags, "m" in flags, "w" in flags)


class Scripted(msgspec.Struct, frozen=True, kw_only=True):
    """A post that the script wants at ``at``; ``author`` is None for the brand's own."""

    external_id: str
    author: Customer | None
    text: str
    at: datetime
    in_reply_to: str = ""
    direct: bool = False
    addressed: bool = True
    by: str = ""
    step: Step | None = None


class Answer(msgspec.Struct, frozen=True):
    """What we said, under which id it stands, and whether in private."""

    external_id: str
    text: str
    direct: bool = False


def plan(
    scene: Scene, now: datetime, *, speed: float = 1.0, run: str = "1"
) -> tuple[Scripted, ...]:
    """All posts of a scene in the order of time, customers' impatience among them.

    History keeps its times whatever the speed; only what is to come is sped up. ``run`` keeps
    the ids of two performances apart.
    """
    found: list[Scripted] = []
    for beat in scene.beats:
        step = Step(scene.key, beat.key)
        author = scene.customer(beat.who)
        opening = Scripted(
            external_id=post_id(scene.key, beat.key, run),
            author=author,
            text=beat.text,
            at=_moment(now, beat.at_min, speed),
            in_reply_to=post_id(scene.key, beat.reply_to, run) if beat.reply_to else "",
            direct=beat.direct,
            addressed=beat.addressed,
            by=beat.by,
            step=step if author else None,
        )
        found += [opening, *_impatience(beat, opening, step, now, speed)]
    return tuple(sorted(found, key=lambda post: post.at))


def respond(
    scene: Scene, step: Step, answer: Answer, now: datetime, *, speed: float = 1.0, seed: int = 0
) -> tuple[Scripted, ...]:
    """What the customer at this step says to our answer: one post or none, a little later."""
    beat = scene.beat(step.beat)
    author = scene.customer(beat.who) if beat else None
    if beat is None or author is None:
        return ()
    said = _reaction(beat, step, answer)
    if said is None:
        return ()
    text, direct, after = said
    luck = random.Random(f"{seed}/{step.key()}/{answer.text}").uniform(8, 35)
    seconds = (luck + len(text) * _SECONDS_A_LETTER) / speed
    post = Scripted(
        external_id=f"{answer.external_id}-{author.handle}"[-80:],
        author=author,
        text=text,
        at=now + timedelta(seconds=seconds),
        in_reply_to=answer.external_id,
        direct=direct or answer.direct,
        step=after,
    )
    return (post,)


def post_id(scene: str, beat: str, run: str) -> str:
    """The id of a beat's post in one performance of its scene."""
    return f"{scene}-{beat}-{run}"


def asks_for_direct(text: str) -> bool:
    """Whether we ask the customer to write to us in private."""
    return _ASKS_FOR_DIRECT.search(text) is not None


def _reaction(beat: Beat, step: Step, answer: Answer) -> tuple[str, bool, Step] | None:
    """What is said, whether in private, and how far the customer is then."""
    after = msgspec.structs.replace(step, waiting=False)
    further = msgspec.structs.replace(after, said=step.said + 1)
    if beat.if_direct and not (answer.direct or step.moved) and asks_for_direct(answer.text):
        return beat.if_direct, True, msgspec.structs.replace(after, moved=True)
    if step.said == 0:
        for word, text in beat.when_we_say.items():
            if word in answer.text.casefold():
                return text, False, further
    if beat.if_thin and not step.asked and len(answer.text.split()) < _THIN_WORDS:
        return beat.if_thin, False, msgspec.structs.replace(after, asked=True)
    if step.said < len(beat.turns):
        return beat.turns[step.said], False, further
    return None


def _impatience(
    beat: Beat, opening: Scripted, step: Step, now: datetime, speed: float
) -> list[Scripted]:
    """What the customer will add unless we answer; whoever keeps the posts calls these off."""
    return [
        msgspec.structs.replace(
            opening,
            external_id=f"{opening.external_id}-w{number}",
            text=more.text,
            at=_moment(now, beat.at_min + more.after_min, speed),
            in_reply_to=opening.external_id,
            step=msgspec.structs.replace(step, waiting=True),
        )
        for number, more in enumerate(beat.impatient, 1)
    ]


def _moment(now: datetime, minutes: float, speed: float) -> datetime:
    return now + timedelta(minutes=minutes / speed if minutes > 0 else minutes)
