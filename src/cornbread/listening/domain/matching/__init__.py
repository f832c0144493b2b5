"""All watches against one post: each watch is filed under keys of which a matching post must have
some, so that a post meets only the few watches that it could match.

What it says equals ``evaluation.matches`` on every input; the tests hold it to that.
docs/matching.md tells how it works.
"""

from cornbread.listening.domain.evaluation import explain, matches
from cornbread.listening.domain.matchable import MatchablePost
from cornbread.listening.domain.matching.forms import form
from cornbread.listening.domain.matching.matcher import Matcher, Stats

__all__ = ["MatchablePost", "Matcher", "Stats", "explain", "form", "matches"]
