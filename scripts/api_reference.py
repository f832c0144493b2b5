"""Write docs/reference/api.md and tests/snapshots/openapi.json from the API itself.

Usage: .venv/bin/python scripts/api_reference.py   (or: make snapshot)
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cornbread.config.settings")

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "api.md"
SNAPSHOT = ROOT / "tests" / "snapshots" / "openapi.json"
HEAD = """\
# All operations of the API

This page is written by `scripts/api_reference.py`; a test keeps it in step with the API.
[How to use the API](../api.md) says how to call it. Programs read the same from
`/api/v1/openapi.json`.

Every operation may also answer with the [problems](#problems) 401, 403 and 422, and those with
an id in their path with 404.
"""


def description() -> dict[str, Any]:
    """The OpenAPI description, as plain JSON."""
    import django

    django.setup()
    from cornbread.config.api import api

    found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/")))
    return found


def snapshot(described: dict[str, Any]) -> str:
    """The description as it is kept for comparison."""
    return json.dumps(described, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def page(described: dict[str, Any]) -> str:
    """The whole page."""
    lines = [HEAD]
    heading = ""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if operation["tags"][0] != heading:
                heading = operation["tags"][0]
                lines.append(f"## {heading.capitalize()}\n")
            lines += _operation(method, path, operation)
    lines.append("## Shapes\n")
    for name, shape in described["components"]["schemas"].items():
        lines += _shape(name, shape)
    lines.append("## Problems\n")
    responses = described["components"]["responses"]
    statuses = _statuses(described)
    rows = sorted((statuses[name], one["description"]) for name, one in responses.items())
    lines += ["| status | meaning |", "|---|---|", *(f"| {code} | {what} |" for code, what in rows)]
    return "\n".join(lines) + "\n"


def _statuses(described: dict[str, Any]) -> dict[str, str]:
    return {
        answer["$ref"].rpartition("/")[2]: status
        for methods in described["paths"].values()
        for operation in methods.values()
        for status, answer in operation["responses"].items()
        if "$ref" in answer
    }


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"### {method.upper()} {path}\n"
    yield f"{operation['summary']} {operation['description']}\n"
    body = operation.get("requestBody")
    if body is not None:
        yield f"Takes {_type(body['content']['application/json']['schema'])}."
    for status, answer in operation["responses"].items():
        if "content" in answer:
            yield f"Answers {status} with {_type(answer['content']['application/json']['schema'])}."
        elif "$ref" not in answer:
            yield f"Answers {status} with nothing."
    yield ""
    rows = [_row(one["name"], one["schema"], one["required"]) for one in operation["parameters"]]
    if rows:
        yield "\n".join(["| parameter | | |", "|---|---|---|", *rows]) + "\n"


def _shape(name: str, shape: dict[str, Any]) -> Iterator[str]:
    yield f"### {name}\n"
    yield f"{shape.get('description', '')}\n"
    required = shape.get("required", [])
    fields = shape.get("properties", {})
    rows = [_row(field, about, field in required) for field, about in fields.items()]
    yield "\n".join(["| field | | |", "|---|---|---|", *rows]) + "\n"


def _row(name: str, about: dict[str, Any], required: bool) -> str:
    notes = [] if required else ["may be left out"]
    if "default" in about and about["default"] not in ("", None):
        notes.append(f"{json.dumps(about['default'])} unless given")
    notes += [f"at most {about[key]}" for key in ("maximum",) if about.get(key, 2**63) < 2**53]
    if "maxLength" in about:
        notes.append(f"at most {about['maxLength']} characters")
    if "description" in about:
        notes.append(about["description"])
    return f"| `{name}` | {_type(about)} | {'; '.join(notes)} |".replace("  ", " ")


def _type(about: dict[str, Any]) -> str:
    if "$ref" in about:
        name = about["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in about:
        return " or ".join(_type(one) for one in about["anyOf"])
    if "enum" in about:
        return ", ".join(f"`{value}`" for value in about["enum"])
    if about.get("type") == "array":
        return f"list of {_type(about.get('items', {}))}"
    return "time" if about.get("format") == "date-time" else str(about.get("type", "anything"))


if __name__ == "__main__":
    made = description()
    PAGE.write_text(page(made), encoding="utf-8")
    SNAPSHOT.parent.mkdir(exist_ok=True)
    SNAPSHOT.write_text(snapshot(made), encoding="utf-8")
