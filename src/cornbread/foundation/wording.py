"""Short words for names and times, the same from the server and (js/times.js) in the browser."""

from datetime import datetime

MINUTE, HOUR, DAY = 60, 3_600, 86_400

LEVELS = (
    "Nobody has answered",
    "Answered late",
    "Answered in time",
    "Answered quickly",
    "Taken to a call",
    "Reached out on a second channel",
    "Helped in person",
    "Remembered",
)


def counted(number: int, one: str, many: str | None = None) -> str:
    """The number with its noun: 1 post, 2 posts, 0 replies."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def initials(name: str) -> str:
    """The first letters of the first and the last word; handles lose their @."""
    words = [word for word in name.replace("@", " ").replace("_", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def relative(moment: datetime, now: datetime) -> str:
    """How far a moment is from now, rounded as people do; a date after about a week."""
    seconds = round((now - moment).total_seconds())
    size = abs(seconds)
    if size < 45:
        return "in a moment" if seconds < 0 else "just now"
    text = _rounded(size)
    if text is None:
        year = f" {moment.year}" if moment.year != now.year else ""
        return f"{moment.day} {moment:%b}{year}"
    return f"in {text}" if seconds < 0 else f"{text} ago"


def _rounded(seconds: int) -> str | None:
    for limit, unit, word in ((45 * MINUTE, MINUTE, "min"), (22 * HOUR, HOUR, "h")):
        if seconds < limit:
            return f"{max(1, round(seconds / unit))} {word}"
    if seconds < 6.5 * DAY:
        return f"{max(1, round(seconds / DAY))} d"
    return None


def left(moment: datetime, now: datetime) -> str:
    """The time until a moment ("18 min left"), or since it passed ("2 h over")."""
    seconds = (moment - now).total_seconds()
    return f"{span(seconds)} {'left' if seconds > 0 else 'over'}"


def span(seconds: float) -> str:
    """A length of time in its largest useful unit, rounded down; seconds only when few remain."""
    size = abs(int(seconds))
    if size < 10 * MINUTE:
        return f"{size // MINUTE}:{size % MINUTE:02}"
    if size < 2 * HOUR:
        return f"{size // MINUTE} min"
    if size < 2 * DAY:
        return f"{size // HOUR} h"
    return f"{size // DAY} d"
