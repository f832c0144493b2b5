"""Logs: enough to find a fault, and nothing that a customer or member wrote."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory

from cornbread.foundation import logs
from cornbread.foundation.errors import Invalid
from cornbread.foundation.http import Refused
from cornbread.foundation.logs import get_logger

log = get_logger("cornbread.test")


class Screen(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        return True


class Written:
    """What has been written to stderr so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    def getvalue(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text


@pytest.fixture
def stderr(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    level = logging.getLogger().level
    logs.configure({"level": "debug"})
    yield Written(capsys)
    logs.configure({"level": logging.getLevelName(level)})


def last(stream: Written) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(stream.getvalue().splitlines()[-1])
    return entry


def test_a_line_says_what_when_where_and_which(stderr: Written) -> None:
    log.info("delivery sent", delivery_id=3, duration_ms=12.5, network="mastodon")
    entry = last(stderr)
    assert entry.pop("time").endswith("Z")
    assert entry == {
        "level": "info",
        "logger": "cornbread.test",
        "event": "delivery sent",
        "delivery_id": 3,
        "duration_ms": 12.5,
        "network": "mastodon",
    }


def test_every_level_has_its_verb(stderr: Written) -> None:
    for verb in ("debug", "info", "warning", "error"):
        getattr(log, verb)("happened")
        assert last(stderr)["level"] == verb


def test_each_entry_is_one_line_whatever_it_holds(stderr: Written) -> None:
    logging.getLogger("library").warning("two\nlines and %s", {"a": object()})
    assert len(stderr.getvalue().splitlines()) == 1


def test_configuring_twice_does_not_write_twice(stderr: Written) -> None:
    logs.configure({"level": "info"})
    log.info("once")
    log.debug("not at this level")
    assert len(stderr.getvalue().splitlines()) == 1


def test_a_terminal_gets_a_short_line(stderr: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    log.warning("retry later", attempt=2)
    try:
        raise ValueError("geheim")
    except ValueError:
        log.exception("job failed", job_id=7)
    first, second, frame = screen.getvalue().splitlines()
    assert first[8:] == " warning retry later  logger=cornbread.test attempt=2"
    assert "exception=ValueError" in second
    assert "test_logs.py" in frame
    assert "geheim" not in screen.getvalue()


def test_a_stderr_that_is_gone_does_not_stop_the_work(
    stderr: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stderr", gone)
    log.info("still working")


# Ids of request and job


def test_lines_of_a_job_carry_its_id(stderr: Written) -> None:
    with logs.in_job("41"):
        log.info("inside")
        assert last(stderr)["job_id"] == "41"
    log.info("outside")
    assert "job_id" not in last(stderr)


# Fields and text


def test_a_dropped_field_is_named_but_not_shown(stderr: Written) -> None:
    log.info("heard", text="my train is late", mention_id=1)
    assert last(stderr)["dropped"] == ["text"]
    assert "train" not in stderr.getvalue()


def test_text_of_libraries_is_masked_too(stderr: Written) -> None:
    logging.getLogger("axes").warning("failed sign-in of %s from %s", "ana@example.org", "9.9.9.9")
    assert last(stderr)["event"] == "failed sign-in of ***@*** from ***"
    logging.getLogger("library").error("%d of %s", "wrong format", "ana@example.org")
    assert "ana" not in stderr.getvalue()


def test_an_exception_put_into_a_text_shows_only_its_class(stderr: Written) -> None:
    logging.getLogger("library").error("could not parse: %s", ValueError("my train is late"))
    assert last(stderr)["event"] == "could not parse: ValueError"
    logging.getLogger("library").error(KeyError("my train is late"))
    assert last(stderr)["event"] == "KeyError"


def test_a_failing_view_is_logged_without_its_path(stderr: Written, rf: RequestFactory) -> None:
    request = rf.get("/w/brand/people/ana")
    text, args = "%s: %s", ("Internal Server Error", request.path)
    logging.getLogger("django.request").error(text, *args, extra={"request": request})
    assert last(stderr)["event"] == "Internal Server Error: ***"


@pytest.mark.parametrize(
    "library", ["httpx", "httpcore.http11", "uvicorn.access", "django.db.backends"]
)
def test_libraries_that_write_addresses_and_values_are_quiet(stderr: Written, library: str) -> None:
    logging.getLogger(library).info("GET /w/brand/people/ana")
    assert stderr.getvalue() == ""


# Exceptions


def fail(problem: Exception) -> None:
    try:
        try:
            raise KeyError("inner geheim")
        except KeyError as inner:
            raise problem from inner
    except Exception:
        log.exception("intake failed", count=1)


def test_an_exception_shows_frames_and_class_but_not_its_words(stderr: Written) -> None:
    fail(ValueError("geheim"))
    entry = last(stderr)
    assert (entry["exception"], entry["cause"], entry["count"]) == ("ValueError", "KeyError", 1)
    assert entry["frames"][0].endswith(" fail")
    assert "test_logs.py:" in entry["frames"][0]
    assert "geheim" not in stderr.getvalue()


@pytest.mark.parametrize("refusal", [Invalid("The address is wrong."), Refused("Not public.")])
def test_a_refusal_shows_its_sentence(stderr: Written, refusal: Invalid | Refused) -> None:
    fail(refusal)
    assert last(stderr)["message"] == refusal.message
    fail(Invalid("Nothing known of ana@example.org."))
    assert "ana@" not in stderr.getvalue()
