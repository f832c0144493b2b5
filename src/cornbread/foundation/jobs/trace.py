"""What is kept of an error: never its message, which may hold a customer's words."""

from traceback import extract_tb

from cornbread.foundation.errors import Refusal
from cornbread.foundation.jobs.domain import GiveUp, Retry, WorkerDied


def describe(error: BaseException) -> dict[str, str]:
    """Class, stable code, and the places in the code that the error came through."""
    kind = type(error)
    places = [
        f"{frame.filename}:{frame.lineno} in {frame.name}"
        for frame in extract_tb(error.__traceback__)
    ]
    return {
        "class": f"{kind.__module__}.{kind.__qualname__}",
        "code": code_of(error),
        "traceback": "\n".join(places),
    }


def code_of(error: BaseException) -> str:
    """A short word for the error that stays the same between versions."""
    if isinstance(error, Refusal | GiveUp):
        return error.reason
    if isinstance(error, WorkerDied):
        return "worker_died"
    return "retry" if isinstance(error, Retry) else "error"
