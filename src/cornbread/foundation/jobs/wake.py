"""Wakes the workers of this process as soon as a job is committed, without waiting for a poll."""

import threading
from weakref import WeakSet

_listening: WeakSet[threading.Event] = WeakSet()
_lock = threading.Lock()


def listen() -> threading.Event:
    """An event that is set whenever a job of this process is committed."""
    event = threading.Event()
    with _lock:
        _listening.add(event)
    return event


def wake() -> None:
    """Tell every worker of this process that there is something new."""
    with _lock:
        events = list(_listening)
    for event in events:
        event.set()
