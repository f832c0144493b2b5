"""The page about the API: its examples work, in the order in which they stand there."""

import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from cornbread.foundation.jobs import drain
from cornbread.team.domain.permissions import SCOPES
from tests.guards.world import Brand

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
pytestmark = pytest.mark.django_db


def commands() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    joined = "\n".join(blocks).replace("\\\n", " ")
    return [one.strip() for one in re.split(r"^(?=curl )", joined, flags=re.MULTILINE) if one]


def run(command: str, known: dict[str, str]) -> Any:
    """Send what curl would send."""
    unknown = set(re.findall(r"\$([A-Z]+)", command)) - set(known)
    assert not unknown, f"{command} uses {unknown}"
    for name, value in known.items():
        command = command.replace(f"${name}", value)
    words = iter(shlex.split(command)[1:])
    method, body, headers, url, query = "", "", {}, "", []
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
        elif word == "-G":
            method = "GET"
        elif word == "--data-urlencode":
            query.append(tuple(next(words).split("=", 1)))
        else:
            url = word
    kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")
    method = method or ("POST" if body else "GET")
    url += f"?{urlencode(query)}" if query else ""
    return Client().generic(method, url, body, kind, headers=headers)


def test_the_examples_work_one_after_the_other(kite: Brand) -> None:
    ids = kite.ids
    known = {
        "CORNBREAD": "",
        "TOKEN": kite.token(),
        "CONVERSATION": str(ids["conversation_id"]),
        "MEMBER": str(ids["member_id"]),
        "UNCERTAIN": str(ids["delivery_id"]),
        "NEXT": "",
    }
    seen = []
    for command in commands():
        answer = run(command, known)
        assert answer.status_code in (200, 201, 202), f"{command}\n{answer.content!r}"
        seen.append(answer.request["PATH_INFO"])
        _remember(seen[-1], answer.json(), known)
        if seen[-1] == "/api/v1/mentions":
            drain(queues=["reactions"])
    assert len(seen) > 15
    assert len(set(seen)) > 12


def _remember(path: str, told: Any, known: dict[str, str]) -> None:
    """What the reader of the page would take from an answer to the next call."""
    if path == "/api/v1/mentions":
        known["MENTION"] = str(told["id"])
    elif path == "/api/v1/conversations":
        known["BASIS"] = str(told["items"][-1]["basis"])
        known["NEXT"] = told["next"] or known["NEXT"]
    elif path.endswith("/replies"):
        known["DELIVERY"] = str(told["id"])


def test_a_wrong_example_would_be_noticed(kite: Brand) -> None:
    wrong = 'curl -H "Authorization: Bearer $TOKEN" "$CORNBREAD/api/v1/nothing"'
    assert run(wrong, {"TOKEN": kite.token(), "CORNBREAD": ""}).status_code == 404


def test_the_page_names_every_scope() -> None:
    assert {f"`{scope}`" for scope in SCOPES} <= set(re.findall(r"`\w+:\w+`", PAGE))


def test_the_answers_on_the_page_are_json_with_fields_that_exist(kite: Brand) -> None:
    blocks = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    me, problem = (json.loads(one) for one in blocks)
    headers = {"authorization": f"Bearer {kite.token()}"}
    real = Client().get("/api/v1/me", headers=headers).json()
    assert all(set(shown) <= set(real[part]) for part, shown in me.items())
    note = f"/api/v1/conversations/{kite.ids['conversation_id']}/notes"
    refused = Client().post(note, {"text": " "}, "application/json", headers=headers)
    assert refused.json() == problem
