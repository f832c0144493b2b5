"""Public holidays of countries and their parts, as the ``holidays`` library knows them."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache

from cornbread.foundation.errors import Invalid

# The library takes a tenth of a second to load, so only those who ask wait for it.
_SMALL = {"And", "Of", "The"}


@cache
def countries() -> Mapping[str, str]:
    """Code and English name of every country that is known, by name."""
    from holidays.registry import COUNTRIES

    named = {entry[1]: _words(entry[0]) for entry in COUNTRIES.values()}
    return dict(sorted(named.items(), key=lambda item: item[1]))


def _words(name: str) -> str:
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+", name)
    return " ".join(part.lower() if part in _SMALL else part for part in parts)


@lru_cache(maxsize=300)
def subdivisions(country: str) -> Mapping[str, str]:
    """Code and name of the parts of a country that have holidays of their own, by name."""
    import holidays

    if country not in countries():
        return {}
    known = holidays.country_holidays(country)
    names = {code: name for name, code in known.subdivisions_aliases.items()}
    found = {code: names.get(code, code) for code in known.subdivisions}
    return dict(sorted(found.items(), key=lambda item: item[1]))


@lru_cache(maxsize=256)
def public_holidays(
    country: str, subdivision: str, first_year: int, last_year: int
) -> Mapping[date, str]:
    """Every public holiday of these years with its name, in English where that is known."""
    import holidays

    refuse_unknown(country, subdivision)
    if not country:
        return {}
    known = holidays.country_holidays(country)
    language = "en_US" if "en_US" in known.supported_languages else None
    found = holidays.country_holidays(
        country,
        subdiv=subdivision or None,
        years=range(first_year, last_year + 1),
        language=language,
    )
    return dict(sorted(found.items()))


def refuse_unknown(country: str, subdivision: str) -> None:
    """Raise ``Invalid`` for a country, or a part of it, that nobody knows."""
    if country and country not in countries():
        message = "Choose a country from the list."
        raise Invalid(message, code="no_such_country", fields={"country": message})
    if subdivision and subdivision not in subdivisions(country):
        message = "Choose a part of this country, or leave it empty."
        raise Invalid(message, code="no_such_subdivision", fields={"subdivision": message})
