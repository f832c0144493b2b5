"""Processes that end together: a child stops when told, or when its supervisor has gone.

The supervisor keeps the writing end of a pipe that nobody ever writes to. However it ends, even
by kill -9, the system closes that end, and each child sees it at once on the reading end.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "CORNBREAD_LIFELINE"
#: Seconds from being told to stop until a child is ended by force.
GRACE_S = 8.0


@contextmanager
def thrown() -> Iterator[int]:
    """For the supervisor: the file descriptor that children inherit and hold on to."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def hold() -> bool:
    """For a child: end when the supervisor goes away. False when there is no supervisor."""
    number = os.environ.pop(VARIABLE, None)
    if number is None:
        return False
    # Ctrl-C and a closed terminal reach the whole group; only the supervisor decides what follows.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    threading.Thread(target=_watch, args=(int(number),), name="lifeline", daemon=True).start()
    return True


def stop_event() -> threading.Event:
    """An event that SIGTERM sets, and Ctrl-C where nobody supervises; call before other threads.

    A thread waits for the signals, because setting an event inside a signal handler can deadlock
    with the very wait that the signal interrupted. A second Ctrl-C ends the process at once.
    """
    # Blocked before any thread starts: one that let a signal through would end the process.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    ours = {signal.SIGTERM} if hold() else {signal.SIGTERM, signal.SIGINT}
    stop = threading.Event()
    threading.Thread(target=_await, args=(ours, stop), name="signals", daemon=True).start()
    return stop


def _watch(descriptor: int) -> None:
    os.set_inheritable(descriptor, False)
    while os.read(descriptor, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


def _await(ours: set[signal.Signals], stop: threading.Event) -> None:
    while True:
        received = signal.sigwait(ours)
        if received == signal.SIGINT and stop.is_set():
            os._exit(130)
        stop.set()
