"""Structured logs without personal data.

``log = get_logger(__name__); log.info("delivery sent", delivery_id=3)`` writes one JSON line to
stderr, or a short readable line on a terminal. What customers and members wrote never gets in:
extra fields need a name from the allow-list and a value that looks like an id, a number or a
code; text of libraries is masked; tracebacks are frames and class names, without the message,
which so often quotes the input.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

from cornbread.foundation.errors import Refusal
from cornbread.foundation.redaction import masked, permitted

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
job_id: ContextVar[str | None] = ContextVar("job_id", default=None)

# These write addresses with their queries, or SQL with its values, below the level given here.
_QUIET = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "django.db.backends": logging.WARNING,
    "django.template": logging.WARNING,
    "django.request": logging.ERROR,
    "uvicorn.access": logging.CRITICAL,
}


class Log:
    """A logger whose extra fields are named: ``log.warning("retry later", attempt=3)``."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, event: str, **fields: Any) -> None:
        """For whoever is looking for a fault; off by default."""
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Any) -> None:
        """Something happened as it should."""
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Something to look at when it happens often."""
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Something failed that a person should know of."""
        self._write(logging.ERROR, event, fields)

    def exception(self, event: str, **fields: Any) -> None:
        """Like ``error``, with the frames of the exception being handled."""
        self._write(logging.ERROR, event, fields, exc_info=True)

    def _write(
        self, level: int, event: str, fields: Mapping[str, Any], exc_info: bool = False
    ) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, event, exc_info=exc_info, extra={"fields": dict(fields)})


def get_logger(name: str) -> Log:
    """The logger of a module; call it with ``__name__``."""
    return Log(name)


@contextmanager
def in_job(identifier: str) -> Iterator[None]:
    """Every line written within this block carries the id of the job."""
    token = job_id.set(identifier)
    try:
        yield
    finally:
        job_id.reset(token)


class Redacting(logging.Filter):
    """Takes out what must not be kept, before any handler can write it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass, changed in place."""
        record.msg = masked(_message(record))
        record.args = None
        given = getattr(record, "fields", {})
        kept = {name: value for name, value in given.items() if permitted(name, value)}
        if len(kept) < len(given):
            kept["dropped"] = sorted(given.keys() - kept.keys())
        record.fields = kept
        return True


class StderrHandler(logging.Handler):
    """Writes to the stderr of the moment: JSON, or short lines when it is a terminal."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            line = short_line(record) if sys.stderr.isatty() else json_line(record)
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - its name in logging
        """Stay silent: the default would print the record with all its values."""


def configure(config: Mapping[str, Any]) -> None:
    """Set up logging for this process; Django calls it with ``settings.LOGGING``."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, StderrHandler)]:
        root.removeHandler(handler)
    handler = StderrHandler()
    handler.addFilter(Redacting())
    root.addHandler(handler)
    root.setLevel(str(config.get("level", "INFO")).upper())
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)


def json_line(record: logging.LogRecord) -> str:
    """The record as one line of JSON."""
    return msgspec.json.encode(_entry(record), enc_hook=str).decode()


def short_line(record: logging.LogRecord) -> str:
    """The record for people at a terminal."""
    entry = _entry(record)
    moment = entry.pop("time")[11:19]
    frames = entry.pop("frames", [])
    head = f"{moment} {entry.pop('level'):<7} {entry.pop('event')}"
    rest = " ".join(f"{name}={value}" for name, value in entry.items())
    return "\n    ".join([f"{head}  {rest}".rstrip(), *frames])


def _entry(record: logging.LogRecord) -> dict[str, Any]:
    moment = datetime.fromtimestamp(record.created, UTC)
    entry: dict[str, Any] = {
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": record.getMessage(),
    }
    for name, variable in (("request_id", request_id), ("job_id", job_id)):
        value = variable.get()
        if value is not None:
            entry[name] = value
    entry |= getattr(record, "fields", {})
    problem = record.exc_info[1] if record.exc_info else None
    return entry | (_problem(problem) if problem else {})


def _problem(problem: BaseException) -> dict[str, Any]:
    """Where and what kind; the words only of a Refusal, which were written by us."""
    frames = traceback.extract_tb(problem.__traceback__)
    told: dict[str, Any] = {
        "exception": type(problem).__qualname__,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    if isinstance(problem, Refusal):
        told["message"] = masked(problem.message)
    cause = problem.__cause__ or problem.__context__
    if cause is not None:
        told["cause"] = type(cause).__qualname__
    return told


def _message(record: logging.LogRecord) -> str:
    """The text of a record, without the words of exceptions and the paths of Django's requests."""
    if isinstance(record.msg, BaseException):
        return type(record.msg).__qualname__
    if isinstance(record.args, tuple):
        path = getattr(getattr(record, "request", None), "path", None)
        record.args = tuple(_shown(arg, path) for arg in record.args)
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


def _shown(arg: object, path: str | None) -> object:
    if isinstance(arg, BaseException):
        return type(arg).__qualname__
    return "***" if path is not None and arg == path else arg
