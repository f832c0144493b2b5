"""Placeholders that nobody filled in, told from prices, markdown and ordinary brackets."""

import re
from collections.abc import Callable, Iterator, Mapping
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
    #: Percent and dollar signs and brackets are at home in addresses.
    in_links: bool = False


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
_RULES = (
    _Rule(re.compile(r"\{\{([^{}\n]*)\}\}"), _always, in_links=True),
    _Rule(re.compile(r"[$#]?\{\s*([^\W\d][\w .|:-]{0,40})\}"), _always, in_links=True),
    _Rule(re.compile(r"\{%([^{}\n]*)%\}|<%([^<>\n]*)%>"), _always),
    _Rule(re.compile(r"\*\|([^|\n]{1,40})\|\*"), _always),
    _Rule(re.compile(r"\[\[([^\[\]\n]{1,40})\]\]"), _always),
    _Rule(re.compile(rf"(?<![\]!\w])\[{_WORDS}\](?![(\[])"), _bracketed),
    _Rule(re.compile(rf"<{_WORDS}>"), _angled),
    _Rule(re.compile(r"(?<![\w$])\$([a-z]\w*)"), _variable),
    _Rule(re.compile(r"(?<![\w%])%([^\W\d]{2,30})%(?!\w)|%\(([^\W\d]+)\)[sd]"), _always),
)
_CODE = re.compile(r"`[^`\n]+`")


def find_placeholders(text: str) -> list[Finding]:
    """Every placeholder once, in the order of the text; what stands in `code` is meant so."""
    found: dict[int, Finding] = {}
    covered = [match.span() for match in _CODE.finditer(text)]
    links = [(link.start, link.end) for link in find_links(text)]
    for rule in _RULES:
        for match, severity in _matches(rule, text):
            taken = covered if rule.in_links else covered + links
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            covered.append(match.span())
            found[match.start()] = _finding(match, severity)
    return [found[start] for start in sorted(found)]


def _matches(rule: _Rule, text: str) -> Iterator[tuple[re.Match[str], Severity]]:
    for match in rule.pattern.finditer(text):
        severity = rule.judge(next((inside for inside in match.groups() if inside), ""))
        if severity is not None:
            yield match, severity


_MESSAGES: Mapping[Severity, str] = {
    Severity.BLOCK: "{} was not filled in.",
    Severity.WARN: "{} looks like something that was not filled in.",
}


def _finding(match: re.Match[str], severity: Severity) -> Finding:
    message = _MESSAGES[severity].format(f"“{match[0]}”")
    return Finding("placeholder", severity, message, match.start(), match.end())
