"""Shapes of opening hours, policies and promises in the API."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from cornbread.care.domain.policies import Policy
from cornbread.care.domain.promises import Goal, Promise, Target
from cornbread.care.models import Breach, Calendar, OpenPromise, SlaPolicy
from cornbread.team.schemas import Id

Level = Literal["low", "normal", "high", "urgent"]
_DayName = Annotated[str, Field(max_length=120)]
_Time = Annotated[str, Field(max_length=8)]
Block = Annotated[list[_Time], Field(min_length=2, max_length=2)]
_WEEKLY = "blocks of wall time by weekday, 0 being Monday; an end of 00:00 is midnight"


class PriorityIn(Schema):
    """How much it matters."""

    priority: Level


class CalendarIn(Schema):
    """When a team is open. ``days`` are days off by date, with their names."""

    name: str = Field(max_length=80, examples=["Support desk"])
    zone: str = Field(max_length=60, examples=["Europe/Berlin"])
    weekly: dict[str, Annotated[list[Block], Field(max_length=48)]] = Field(
        max_length=7,
        description=_WEEKLY,
        examples=[{"0": [["09:00", "12:00"], ["13:00", "17:30"]]}],
    )
    country: str = Field("", max_length=3, description="two letters; adds its public holidays")
    subdivision: str = Field("", max_length=40, description="a part of the country, such as BY")
    days: Annotated[dict[date, _DayName], Field(max_length=2000)] | None = Field(
        None, description="days off; left out, they stay as they are"
    )


class CalendarOut(Schema):
    """A calendar with its own days off; public holidays follow from country and subdivision."""

    id: int
    name: str
    zone: str
    weekly: dict[str, list[Block]]
    country: str
    subdivision: str
    days: dict[str, str]

    @staticmethod
    def of(one: Calendar) -> "CalendarOut":
        """A calendar as the API shows one."""
        return CalendarOut(
            id=one.pk,
            name=one.name,
            zone=one.zone,
            weekly={
                day: [[first, last] for first, last in found] for day, found in one.weekly.items()
            },
            country=one.country,
            subdivision=one.subdivision,
            days=one.days,
        )


class ICalIn(Schema):
    """The text of an iCalendar file; its all-day events become days off."""

    ical: str = Field(max_length=2_000_000)


class ImportedOut(Schema):
    """The days that were found, and how many events were left out, and why."""

    days: dict[str, str]
    timed: int
    unreadable: int


class GoalSchema(Schema):
    """A target time; ``business`` counts only the hours of the policy's calendar."""

    seconds: int = Field(ge=60, le=366 * 86_400)
    business: bool = False


class PolicyIn(Schema):
    """What is promised to whom. Empty conditions mean every channel, label and priority."""

    name: str = Field(max_length=80, examples=["Everybody"])
    calendar_id: Id | None = None
    warn_percent: int = Field(75, ge=1, le=100, description="of a time that may be used up")
    first_response: GoalSchema | None = None
    next_response: GoalSchema | None = None
    resolution: GoalSchema | None = None
    channel_ids: list[Id] = Field(default_factory=list, max_length=500)
    label_ids: list[Id] = Field(default_factory=list, max_length=500)
    priorities: list[Level] = Field(default_factory=list, max_length=4)

    def goals(self) -> dict[Target, Goal]:
        """The times that are promised."""
        given = {target: getattr(self, target) for target in Target}
        return {
            target: Goal(goal.seconds, business=goal.business)
            for target, goal in given.items()
            if goal is not None
        }


class PolicyOut(Schema):
    """A policy; they are asked in the order of the list, and the first that fits counts."""

    id: int
    name: str
    calendar_id: int | None
    warn_percent: int
    first_response: GoalSchema | None
    next_response: GoalSchema | None
    resolution: GoalSchema | None
    channel_ids: list[int]
    label_ids: list[int]
    priorities: list[str]

    @staticmethod
    def of(one: SlaPolicy) -> "PolicyOut":
        """A policy as the API shows one."""
        return PolicyOut(
            id=one.pk,
            name=one.name,
            calendar_id=one.calendar_id,
            warn_percent=one.warn_percent,
            first_response=_goal(one.first_response_s, one.first_response_business),
            next_response=_goal(one.next_response_s, one.next_response_business),
            resolution=_goal(one.resolution_s, one.resolution_business),
            channel_ids=sorted(channel.pk for channel in one.channels.all()),
            label_ids=sorted(label.pk for label in one.labels.all()),
            priorities=list(one.priorities),
        )


def _goal(seconds: int | None, business: bool) -> GoalSchema | None:
    return None if seconds is None else GoalSchema(seconds=seconds, business=business)


class MoveIn(Schema):
    """Whether it is asked earlier or later than now, by one place."""

    to: Literal["earlier", "later"]


class OpenPromiseOut(Schema):
    """The promise of a conversation that is due first; ``due_at`` is null while it is paused."""

    policy_id: int
    target: str
    state: str
    due_at: datetime | None
    warns_at: datetime | None

    @staticmethod
    def of(one: OpenPromise) -> "OpenPromiseOut":
        """A promise as lists show it."""
        return OpenPromiseOut(
            policy_id=one.policy_id,
            target=one.target,
            state=one.state,
            due_at=one.due_at,
            warns_at=one.warns_at,
        )


class PromiseOut(Schema):
    """One promise with what counted of it, by the customer's clock and by ours."""

    policy_id: int
    policy: str
    target: str
    state: str
    entry_id: int
    goal_s: int
    business: bool
    began_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    calendar_s: float
    business_s: float

    @staticmethod
    def of(one: Promise, policy: Policy) -> "PromiseOut":
        """A promise as the API shows one."""
        return PromiseOut(
            policy_id=policy.id,
            policy=policy.name,
            target=one.target,
            state=one.state,
            entry_id=one.entry_id,
            goal_s=one.goal.seconds,
            business=one.goal.business,
            began_at=one.began_at,
            ended_at=one.ended_at,
            due_at=one.due_at,
            calendar_s=one.calendar_s,
            business_s=one.business_s,
        )


class BreachOut(Schema):
    """A promise that was broken, as it was recorded; the seconds are those when it was due."""

    id: int
    conversation_id: int
    policy_id: int | None
    policy: str
    target: str
    goal_s: int
    business: bool
    began_at: datetime
    due_at: datetime
    calendar_s: int
    business_s: int
    recorded_at: datetime

    @staticmethod
    def of(one: Breach) -> "BreachOut":
        """A breach as the API shows one."""
        return BreachOut(
            id=one.pk,
            conversation_id=one.conversation_id,
            policy_id=one.policy_id,
            policy=one.policy_name,
            target=one.target,
            goal_s=one.goal_s,
            business=one.business,
            began_at=one.began_at,
            due_at=one.due_at,
            calendar_s=one.calendar_s,
            business_s=one.business_s,
            recorded_at=one.recorded_at,
        )


class BreachesPage(Schema):
    """A page of broken promises, the one noticed last first."""

    items: list[BreachOut]
    next: str | None
