"""What a network can do, in words."""

from cornbread.channels.domain.capabilities import Capabilities

_WORDS: tuple[tuple[str, str], ...] = (
    ("reply_public", "Answers in public"),
    ("reply_direct", "Answers in direct messages"),
    ("searches", "Searches for what your watches look for"),
    ("hears_own_posts", "Hears what you post there with other apps"),
    ("hears_edits", "Hears edits"),
    ("hears_deletions", "Hears deletions"),
    ("favourite", "Marks favourites"),
    ("boost", "Boosts posts"),
    ("follow", "Follows people"),
)


def abilities(able: Capabilities) -> tuple[tuple[str, bool], ...]:
    """Each ability with whether it is there; hearing always is."""
    known = tuple((words, bool(getattr(able, name))) for name, words in _WORDS)
    return (("Hears posts", True), *known)


def in_short(able: Capabilities) -> str:
    """The most important of it in a few words."""
    if able.reply_public and able.reply_direct:
        said = "Listens, answers in public and in private"
    elif able.can_reply:
        said = "Listens and answers"
    else:
        return "Listens only"
    return f"{said}, up to {able.max_length} characters" if able.max_length else said
