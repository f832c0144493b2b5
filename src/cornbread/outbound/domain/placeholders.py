"""Placeholders that nobody filled in, told from prices, markdown and ordinary brackets."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from cornbread.outbound.domain.findings import Finding, Severity
from cornbread.outbound.domain.links import find_links

_FIELD_WORDS = frozenset(
    """
    name first last firstname lastname fname lname surname username user customer client guest
    agent company brand product order number ticket case reference ref date time day city address
    email phone link url amount price insert your here
    nombre apellido cliente pedido número fecha nom prénom commande numéro vorname nachname kunde
    bestellnummer datum nome cognome sobrenome ordine numero naam voornaam klant имя заказ
    """.split()  # noqa: SIM905
)

_Judge = Callable[[str], Severity | None]


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    judge: _Judge


def _always(_: str) -> Severity | None:
    return Severity.BLOCK


def _bracketed(inside: str) -> Severity | None:
    words = re.split(r"[\s_-]+", inside)
    fields = [word.lower() in _FIELD_WORDS for word in words]
    if all(fields) or (inside.isupper() and any(fields)):
        return Severity.BLOCK
    return Severity.WARN if inside.isupper() and len(inside) > 3 else None


def _angled(inside: str) -> Severity | None:
    return Severity.BLOCK if _bracketed(inside) is Severity.BLOCK else None


def _variable(inside: str) -> Severity | None:
    # "$btc" may be meant as it stands, "$first_name" hardly.
    sure = "_" in inside or inside in _FIELD_WORDS or not inside.islower()
    return Severity.BLOCK if sure else Severity.WARN


_WORDS = r"([^\W\d_][\w' -]{0,40})"
_ANYWHERE = (
    _Rule(re.compile(r"\{\{([^{}\n]*)\}\}"), _always),
    _Rule(re.compile(r"[$#]?\{ *([^\W\d][\w .|-]{0,40})\}"), _always),
)
#: Percent and dollar signs and brackets are at home in addresses.
_OUTSIDE_LINKS = (
    _Rule(re.compile(r"\{%([^{}\n]*)%\}|<%([^<>\n]*)%>"), _always),
    _Rule(re.compile(r"\*\|([^|\n]{1,40})\|\*"), _always),
    _Rule(re.compile(r"\[\[([^\[\]\n]{1,40})\]\]"), _always),
    _Rule(re.compile(rf"(?<![\]!\w])\[{_WORDS}\](?![(\[])"), _bracketed),
    _Rule(re.compile(rf"<{_WORDS}>"), _angled),
    _Rule(re.compile(r"(?<![\w$])\$([a-z]\w*)"), _variable),
    _Rule(re.compile(r"(?<![\w%])%([^\W\d]{2,30})%(?!\w)|%\(([^\W\d]+)\)[sd]"), _always),
)
_CODE = re.compile(r"`[^`\n]+`")
#: What ``variables.gap`` leaves; nobody means it so, not even in `code`.
_GAP = re.compile(r"\{\{ ([^{}\n]+)\? \}\}")


def find_placeholders(text: str) -> list[Finding]:
    """Every placeholder once, in the order of the text; what stands in `code` is meant so."""
    found: list[Finding] = []
    rest = _CODE.sub(_blank, _GAP.sub(_take_gap(found), text))
    for rule in _ANYWHERE:
        rest = _take(rule, rest, found)
    for link in find_links(rest):
        rest = rest[: link.start] + "\n" * (link.end - link.start) + rest[link.end :]
    for rule in _OUTSIDE_LINKS:
        rest = _take(rule, rest, found)
    return sorted(found, key=lambda finding: finding.start)


def _take_gap(found: list[Finding]) -> Callable[[re.Match[str]], str]:
    def take(match: re.Match[str]) -> str:
        message = f"Fill in the gap: {match[1]}."
        found.append(Finding("gap", Severity.BLOCK, message, match.start(), match.end()))
        return _blank(match)

    return take


def _blank(match: re.Match[str]) -> str:
    # No rule reaches across the end of a line, so none sees what was taken out.
    return "\n" * len(match[0])


def _take(rule: _Rule, text: str, found: list[Finding]) -> str:
    """The text without what the rule found, with all else in its place."""

    def judge(match: re.Match[str]) -> str:
        severity = rule.judge(next((inside for inside in match.groups() if inside), ""))
        if severity is None:
            return match[0]
        message = _MESSAGES[severity].format(f"“{match[0]}”")
        found.append(Finding("placeholder", severity, message, match.start(), match.end()))
        return _blank(match)

    return rule.pattern.sub(judge, text)


_MESSAGES: Mapping[Severity, str] = {
    Severity.BLOCK: "{} was not filled in.",
    Severity.WARN: "{} looks like something that was not filled in.",
}
