"""What variables stand for: who writes, when, and a sample customer to try a text on."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format

from cornbread.foundation import clock
from cornbread.outbound import queries
from cornbread.outbound.domain.signing_off import signed
from cornbread.outbound.domain.variables import VARIABLES, first_name
from cornbread.outbound.models import Delivery
from cornbread.team.models import Member


def sender_values(by: Member, lang: str = "") -> dict[str, str]:
    """Who writes, for which brand, and the date as it is written in that language."""
    return {
        "member.first_name": first_name(by.user.name),
        "brand.name": by.workspace.name,
        "today": today(lang, by.workspace.time_zone),
    }


def customer_values(*, name: str, handle: str) -> dict[str, str]:
    """A customer by name; who goes by their handle alone has no name to be called by."""
    plain = " ".join(name.split())
    named = "" if plain.casefold().lstrip("@") == handle.casefold().lstrip("@") else plain
    return {"person.name": named, "person.first_name": first_name(named), "person.handle": handle}


def sample_values(by: Member, lang: str = "") -> dict[str, str]:
    """Values of an invented customer, with the member's own name and brand."""
    samples = {name: known.sample for name, known in VARIABLES.items()}
    return samples | {name: value for name, value in sender_values(by, lang).items() if value}


def nameless(values: Mapping[str, str]) -> dict[str, str]:
    """The same for a customer of whom nothing is known, in a private conversation."""
    unknown = ("person.name", "person.first_name", "person.handle", "conversation.link")
    return {name: value for name, value in values.items() if name not in unknown}


def today(lang: str, time_zone: str) -> str:
    """Today's date in the words of a language; in English where Django does not know it."""
    try:
        # American dates put the month first; for the world, English is written as in Britain.
        known = translation.get_supported_language_variant("" if lang == "en" else lang)
    except LookupError:
        known = "en-gb"
    with translation.override(known):
        return date_format(clock.now().astimezone(ZoneInfo(time_zone)), "DATE_FORMAT")


def sign(text: str, *, channel: str, by: Member) -> str:
    """The text as it is sent from this channel: with the member's or the brand's signature."""
    values = {**sender_values(by), "channel.name": channel}
    return signed(text, queries.signature_text(seen_by=by), values)


def values_in(delivery: Delivery, by: Member) -> dict[str, str]:
    """What stands in a sent message in place of variables."""
    to = delivery.recipient
    customer = customer_values(name=str(to.name or ""), handle=to.handle) if to else {}
    names = ("person.name", "person.first_name")
    mine = {"member.first_name": first_name(delivery.by.user.name)}
    return {name: customer.get(name, "") for name in names} | mine
