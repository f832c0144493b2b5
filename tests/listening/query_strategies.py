"""Made-up queries and posts whose words collide often, for property tests."""

from hypothesis import settings
from hypothesis import strategies as st

from cornbread.listening.domain.evaluation import MatchablePost
from cornbread.listening.domain.query import (
    And,
    Field,
    Handle,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Tag,
    Word,
    holds_of_nothing,
)

# The parser and the language model are made at first use, which may take longer than a test.
patient = settings(deadline=None, max_examples=200)

WORDS = [
    "late",
    "later",
    "train",
    "don't",
    "bart",
    "straße",
    "café",
    "東京駅",
    "京",
    "駅前",
    "ไทย",
    "五",
]
_words = st.sampled_from([word.casefold() for word in WORDS])
_tags = st.sampled_from(["bart", "late", "wi_fi", "東京駅", "café"])
_handles = st.sampled_from(["bart", "late", "bart@example.social", "bart.example.social"])

_terms: st.SearchStrategy[Query] = st.one_of(
    _words.map(Word),
    st.lists(_words, min_size=2, max_size=3).map(lambda words: Phrase(tuple(words))),
    st.sampled_from(["lat", "late", "tra", "caf", "don't"]).map(Prefix),
    _tags.map(Tag),
    _handles.map(Handle),
    _handles.map(lambda name: Field("from", name)),
    st.sampled_from(["en", "pt", "pt-br"]).map(lambda code: Field("lang", code)),
    st.sampled_from(["mastodon", "feed"]).map(lambda name: Field("network", name)),
)


def _joined(children: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    not_and = children.filter(lambda child: not isinstance(child, And))
    not_or = children.filter(lambda child: not isinstance(child, Or))
    return st.one_of(
        st.lists(not_and, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(not_or, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        children.map(Not),
    )


def queries() -> st.SearchStrategy[Query]:
    """Queries in the form the parser gives them, which ask for something."""
    made = st.recursive(_terms, _joined, max_leaves=8)
    return made.filter(lambda query: not holds_of_nothing(query))


_bits = st.one_of(
    st.sampled_from([*WORDS, *(word.upper() for word in WORDS), "ﬁ", "LATE", "Bart", "e\u0301"]),
    _tags.map(lambda name: f"#{name}"),
    _handles.map(lambda name: f"@{name}"),
    st.sampled_from(["https://example.org/late", "www.bart.gov", "://", "bob@example.org", "™"]),
    st.text(max_size=3),
)
_texts = st.lists(st.tuples(_bits, st.sampled_from([" ", " ", ", ", "", "\n"])), max_size=10).map(
    lambda bits: "".join(bit + gap for bit, gap in bits)
)


def posts() -> st.SearchStrategy[MatchablePost]:
    """Posts made of the same words as the queries."""
    return st.builds(
        MatchablePost,
        text=_texts,
        author=st.sampled_from(["", "bart", "@Bart@example.social", "bart.example.social", "late"]),
        lang=st.sampled_from([None, "", "en", "pt", "pt-BR", "pt_PT"]),
        network=st.sampled_from(["", "mastodon", "Feed"]),
    )
