"""What must hold for every page: links lead somewhere, examples fit, nothing is named in vain."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from cornbread.channels.registry import network
from tests.docs.pages import DOCS, PAGES, ROOT, blocks, prose

EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
#: Where packages come from is everybody's own affair.
_INDEXES = re.compile(
    r"pypi|pythonhosted|npmjs|registry\.(?!py)|index-url|docker\.io|ghcr\.io", re.I
)


def anchors(page: Path) -> set[str]:
    """The names by which headings of a page can be linked to."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


@EACH_PAGE
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    broken = []
    for link in _LINK.findall(prose(page)):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@EACH_PAGE
def test_no_page_says_where_packages_come_from(page: Path) -> None:
    assert not _INDEXES.search(page.read_text(encoding="utf-8"))


@EACH_PAGE
def test_a_page_has_one_title_and_closed_blocks(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0
    assert text.startswith("# ")


def test_the_index_leads_to_every_page() -> None:
    linked = {(DOCS / link).resolve() for link in _LINK.findall(prose(DOCS / "index.md"))}
    pages = {page for page in DOCS.rglob("*.md") if page.name != "index.md"}
    assert {str(page.relative_to(DOCS)) for page in pages - linked} == set()


def test_every_decision_has_a_number_and_the_three_parts() -> None:
    records = sorted((DOCS / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ]


@pytest.mark.parametrize(
    "block",
    [one for one in blocks("json") if '"kind"' in one.text and '"values"' in one.text],
    ids=str,
)
def test_a_channel_in_an_example_has_what_its_network_asks_for(block: object) -> None:
    example = json.loads(getattr(block, "text", ""))
    fields = network(example["kind"]).fields
    assert set(example["values"]) <= {field.name for field in fields}
    assert {field.name for field in fields if field.required} <= set(example["values"])
