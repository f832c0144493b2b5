"""Vendored files are exactly those of the manifest, each with its licence beside it."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

import cornbread.foundation

PACKAGE = Path(cornbread.foundation.__file__).parent
STATIC = PACKAGE / "static"
ROOMS = PACKAGE.parent
MANIFEST: list[dict[str, Any]] = json.loads((STATIC / "vendor" / "manifest.json").read_text())
ASSETS = pytest.mark.parametrize("asset", MANIFEST, ids=lambda asset: str(asset["name"]))


@ASSETS
def test_a_vendored_file_is_the_one_that_was_reviewed(asset: dict[str, Any]) -> None:
    for path, expected in asset["files"].items():
        assert hashlib.sha256((STATIC / path).read_bytes()).hexdigest() == expected, path


@ASSETS
def test_an_asset_names_its_version_and_brings_its_licence(asset: dict[str, Any]) -> None:
    assert asset["version"]
    assert asset["licence"] in {"MIT", "0BSD", "OFL-1.1"}
    assert any(path.endswith("/LICENSE") for path in asset["files"])


def test_nothing_vendored_is_missing_from_the_manifest() -> None:
    known = {path for asset in MANIFEST for path in asset["files"]}
    found = {
        path.relative_to(STATIC).as_posix()
        for path in (STATIC / "vendor").rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert found <= known


def test_our_own_stylesheet_stays_small() -> None:
    assert (STATIC / "cornbread.css").stat().st_size < 25_000


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = re.compile(r"<c-icon\s+name=\"([a-z0-9-]+)\"|\sicon=\"([a-z0-9-]+)\"")
    for template in ROOMS.rglob("*.html"):
        for match in named.finditer(template.read_text()):
            name = match.group(1) or match.group(2)
            assert name in drawn, f"{template.relative_to(ROOMS)} names the icon {name}"
