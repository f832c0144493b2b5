"""Every request has an id and one line in the log, without path or query."""

import asyncio
import json
import re
from functools import partial
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory
from django.urls import ResolverMatch

from cornbread.foundation import logs
from cornbread.foundation.middleware import request_id_middleware
from tests.foundation.test_logs import Written, last, stderr

__all__ = ["stderr"]

log = logs.get_logger("cornbread.view")
PATH = "/w/brand/people/ana?q=geheim"


def view(request: HttpRequest) -> HttpResponse:
    request.resolver_match = ResolverMatch(view, (), {}, "person", route="w/<slug>/people/<name>")
    log.info("from the view")
    return HttpResponse(status=201)


def file(status: int, request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=status)


def ask(**headers: str) -> HttpResponseBase:
    answer: Any = request_id_middleware(view)
    response: HttpResponseBase = answer(RequestFactory().get(PATH, headers=headers))
    return response


def test_a_request_is_logged_by_route_status_and_duration(stderr: Written) -> None:
    ask()
    entry = last(stderr)
    assert (entry["event"], entry["method"], entry["status"]) == ("request", "GET", 201)
    assert entry["route"] == "person"
    assert entry["duration_ms"] >= 0
    assert "ana" not in stderr.getvalue()
    assert "geheim" not in stderr.getvalue()


def test_all_lines_of_a_request_share_its_id_with_the_answer(stderr: Written) -> None:
    response = ask()
    ids = {json.loads(line)["request_id"] for line in stderr.getvalue().splitlines()}
    assert ids == {response.headers["X-Request-ID"]}
    assert ask().headers["X-Request-ID"] not in ids


def test_the_id_that_a_proxy_gave_is_kept(stderr: Written) -> None:
    assert ask(**{"X-Request-ID": "edge-12345678"}).headers["X-Request-ID"] == "edge-12345678"


@pytest.mark.parametrize("bad", ["short", "x" * 65, 'a"b c d e f g', "ana@example.org"])
def test_an_id_that_could_carry_anything_else_is_replaced(stderr: Written, bad: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", ask(**{"X-Request-ID": bad}).headers["X-Request-ID"])


def test_it_works_under_an_asynchronous_server(stderr: Written) -> None:
    async def answer(request: HttpRequest) -> HttpResponse:
        return view(request)

    middleware: Any = request_id_middleware(answer)
    response = asyncio.run(middleware(RequestFactory().get(PATH)))
    assert last(stderr)["request_id"] == response.headers["X-Request-ID"]


def test_files_without_a_route_are_worth_a_line_only_when_they_fail(stderr: Written) -> None:
    logs.configure({"level": "info"})
    for status in (200, 404):
        middleware: Any = request_id_middleware(partial(file, status))
        middleware(RequestFactory().get("/static/x.css"))
    (line,) = stderr.getvalue().splitlines()
    assert json.loads(line)["status"] == 404
