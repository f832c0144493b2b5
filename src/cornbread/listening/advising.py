"""What to say about a query that can be used and yet may not do what is meant."""

from dataclasses import dataclass
from difflib import get_close_matches

from cornbread.channels.registry import KINDS
from cornbread.listening.previewing import ENOUGH, Preview

_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class Advice:
    """A sentence, and the whole query as it was perhaps meant; empty where nobody can tell."""

    text: str
    suggestion: str = ""


def advice_on(query: str, found: Preview) -> tuple[Advice, ...]:
    """What somebody should know before they save this query."""
    about = [_unknown_network(query, name) for name in found.unknown_networks]
    if found.is_much:
        about.append(Advice(_much(found)))
    return tuple(about)


def _much(found: Preview) -> str:
    often = round(_EVERY / found.expected)
    share = f"one post in {often}" if often > 1 else "nearly every post"
    why = "" if found.of >= ENOUGH else ", judging by how common its words are"
    return (
        f"This will catch a lot: about {share}{why}. Add a word that only your customers "
        "would use, or leave out with a minus sign what you do not mean."
    )


def _unknown_network(query: str, name: str) -> Advice:
    known = ", ".join(KINDS)
    close = get_close_matches(name, KINDS, n=1, cutoff=0.6)
    text = f"There is no network {name} here (there are {known})."
    if not close or (meant := f"network:{close[0]}") in query:
        return Advice(text)
    suggestion = query.replace(f"network:{name}", meant)
    return Advice(text, suggestion if suggestion != query else "")
