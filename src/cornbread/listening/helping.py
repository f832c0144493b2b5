"""The query language at a glance, beside the editor; docs/query-language.md has it all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Help:
    """One thing that can be asked, with an example that works."""

    query: str
    finds: str


CHEAT_SHEET = (
    Help("train", "posts with this word, also as the tag #train"),
    Help('"late train"', "these words side by side, in this order"),
    Help("late NEAR/3 (train OR bus)", "at most 3 words apart, in either order"),
    Help("delay*", "words that begin so"),
    Help("=BART", "this word in just these capitals"),
    Help("train delay", "both words, anywhere in the post"),
    Help("train OR bus", "at least one of them"),
    Help("apple -pie", "the first without the second"),
    Help("(train OR bus) late", "parentheses say what belongs together"),
    Help("#bart OR @sfbart", "a tag; an account named in the text"),
    Help("😡 OR 👎", "an emoji"),
    Help("train -from:trainbot", "posts not written by this account"),
    Help("delay* lang:en", "posts in this language"),
    Help("bus network:mastodon", "posts heard on this network"),
    Help("domain:bart.gov OR url:bart/fares", "links to a site; words of an address"),
    Help("train has:question", "with a question mark; also has:link, has:image"),
    Help("train -is:repost", "no reposts; also is:reply"),
    Help("train followers>=10k", "by accounts with so many followers"),
)
