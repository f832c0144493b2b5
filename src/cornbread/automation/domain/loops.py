"""Why any set of rules comes to an end.

What a rule does carries its chain: the rules that led there, in order. No rule is twice in a
chain, and a chain has at most three, so that what began outside leads to a bounded number of
firings: with n rules at most n + n(n-1) + n(n-1)(n-2), times the changes that each makes. What
comes back by other ways (a robot that answers our answer, a system that a webhook told) begins
anew, and is stopped by the count of firings in an hour.
"""

from collections.abc import Sequence
from datetime import timedelta

LONGEST_CHAIN = 3
#: A rule that fires more often than this on one conversation within the span is stopped there.
MOST_FIRINGS = 10
SPAN = timedelta(hours=1)


def may_follow(rule_id: int, chain: Sequence[int]) -> bool:
    """Whether a rule may fire on what these rules brought about."""
    return rule_id not in chain and len(chain) < LONGEST_CHAIN


def runs_away(fired_lately: int) -> bool:
    """Whether a rule that fired so often on one conversation within the span has to stop."""
    return fired_lately >= MOST_FIRINGS
