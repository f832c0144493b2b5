"""Made-up queries and posts whose words collide often, for property tests."""

from hypothesis import settings
from hypothesis import strategies as st

from cornbread.listening.domain.evaluation import MatchablePost
from cornbread.listening.domain.query import (
    And,
    Emoji,
    Exact,
    Field,
    Followers,
    Handle,
    Near,
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

_emoji = st.sampled_from(["😡", "❤", "👍", "👍🏽", "👩‍🚒", "🇩🇪"])
_addresses = ["bart.gov", "bart.gov/late", "late", "example.org/late?x=1", "münchen.de"]

_placed: st.SearchStrategy[Query] = st.one_of(
    _words.map(Word),
    st.sampled_from(["BART", "Bart", "bart", "Late", "LATE", "Don't", "CAFÉ"]).map(Exact),
    _emoji.map(Emoji),
    st.lists(_words, min_size=2, max_size=3).map(lambda words: Phrase(tuple(words))),
    st.sampled_from(["lat", "late", "tra", "caf", "don't"]).map(Prefix),
    _tags.map(Tag),
)
_sides = _placed | st.lists(_placed, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts)))
_terms: st.SearchStrategy[Query] = st.one_of(
    _placed,
    _handles.map(Handle),
    st.builds(Near, _sides, _sides, st.integers(1, 6)),
    _handles.map(lambda name: Field("from", name)),
    st.sampled_from(["en", "pt", "pt-br"]).map(lambda code: Field("lang", code)),
    st.sampled_from(["mastodon", "feed"]).map(lambda name: Field("network", name)),
    st.sampled_from(_addresses).map(lambda address: Field("url", address)),
    st.sampled_from(["bart.gov", "example.org", "münchen.de"]).map(lambda d: Field("domain", d)),
    st.sampled_from(["link", "image", "question"]).map(lambda thing: Field("has", thing)),
    st.sampled_from(["reply", "repost"]).map(lambda kind: Field("is", kind)),
    st.sampled_from([1, 100, 10_000]).map(Followers),
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
    st.sampled_from(["https://m.bart.gov/late?x", "?", "？", "❤️", "👩‍🚒", "1️⃣", "\u200d", "\ufe0f"]),
    _emoji,
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
        links=st.sampled_from(
            [
                (),
                (),
                ("https://www.bart.gov/Late",),
                ("http://xn--mnchen-3ya.de/", "example.org/late"),
            ]
        ),
        has_image=st.booleans(),
        is_reply=st.booleans(),
        is_repost=st.booleans(),
        followers=st.sampled_from([None, 0, 99, 100, 5_000, 10_000]),
    )
