"""The description of the API is what programs were built against: changes to it are seen."""

import difflib
import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "api_reference.py"))
RENEW = "If this is meant, run `make snapshot` and commit what it writes."


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    found: dict[str, Any] = SCRIPT["description"]()
    return found


def test_the_description_is_the_one_that_was_promised(described: dict[str, Any]) -> None:
    promised = SCRIPT["SNAPSHOT"].read_text()
    found = SCRIPT["snapshot"](described)
    lines = difflib.unified_diff(
        promised.splitlines(), found.splitlines(), "promised", "found", lineterm="", n=6
    )
    difference = "\n".join(lines)
    assert not difference, f"The API changed. {RENEW}\n{difference}"


def test_the_reference_page_is_current(described: dict[str, Any]) -> None:
    assert SCRIPT["PAGE"].read_text() == SCRIPT["page"](described), RENEW


def test_it_is_served_to_everybody(described: dict[str, Any]) -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == described


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_every_operation_tells_its_problems_and_scopes(described: dict[str, Any]) -> None:
    for name, operation in operations(described):
        wanted = {"401", "403", "422"}
        wanted |= {"404"} if "{" in name else set()
        wanted |= {"409"} if "{" in name and not name.startswith("get") else set()
        wanted |= {"400", "413"} if "requestBody" in operation else set()
        assert wanted <= set(operation["responses"]), name
        assert operation["summary"].endswith("."), name
        assert operation["security"][0]["token"], name


def test_operations_have_short_names_of_their_own(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(described)]
    assert len(names) == len(set(names))
    assert all(len(name) < 25 and "cornbread" not in name for name in names)


def test_every_input_has_its_limit(described: dict[str, Any]) -> None:
    shapes = described["components"]["schemas"]
    inputs = {name: one for name, one in shapes.items() if name.endswith("In")}
    assert "ReplyIn" in inputs
    unlimited = [
        f"{name}.{field}"
        for name, shape in inputs.items()
        for field, about in shape["properties"].items()
        if not limited(about)
    ]
    unlimited += [
        f"{name} {one['name']}"
        for name, operation in operations(described)
        for one in operation["parameters"]
        if not limited(one["schema"])
    ]
    assert not unlimited


def limited(about: dict[str, Any]) -> bool:
    if several := about.get("anyOf") or about.get("allOf"):
        return all(limited(one) for one in several)
    if "$ref" in about:
        return True  # a shape of its own, looked at like all others
    if about.get("type") == "array":
        return "maxItems" in about and limited(about["items"])
    if about.get("type") == "string":
        return bool({"maxLength", "enum", "pattern", "format"} & set(about))
    if about.get("type") in ("integer", "number"):
        return "maximum" in about
    if about.get("type") == "object":
        return "maxProperties" in about and limited(about["additionalProperties"])
    return about.get("type") in ("boolean", "null") or "enum" in about


def test_shapes_carry_no_noise(described: dict[str, Any]) -> None:
    assert '"title": "' not in json.dumps(described["components"]["schemas"])
