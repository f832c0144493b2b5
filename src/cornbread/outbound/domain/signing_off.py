"""Signatures: what may stand in one, and how a text is signed."""

from collections.abc import Mapping

from cornbread.outbound.domain.checks import says_something
from cornbread.outbound.domain.variables import OF_SIGNATURES, filled, problems

MOST = 300


def fault_of_signature(text: str, *, on: bool) -> str:
    """What is wrong with a signature; empty when nothing is."""
    if on and not text:
        return "Write a signature, or switch it off."
    if len(text) > MOST or "\x00" in text:
        return f"A signature has at most {MOST} characters."
    found = problems(text, allowed=sorted(OF_SIGNATURES))
    return found[0].message if found else ""


def signed(text: str, signature: str, values: Mapping[str, str]) -> str:
    """The text with the signature below it, once; nothing said stays unsigned."""
    below = filled(signature, values).strip()
    text = text.rstrip()
    if not below or not says_something(text) or text.endswith(below):
        return text
    return f"{text}\n\n{below}"
