"""The intake worker: takes what waits in the stream into the database, and confirms it."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence

import msgspec
from django.db import Error as DatabaseError
from django.db import IntegrityError, close_old_connections, connections

from cornbread.channels.models import Channel
from cornbread.foundation.jobs import Backoff
from cornbread.foundation.logs import get_logger
from cornbread.foundation.stream import Disturbed
from cornbread.listening import keeping
from cornbread.listening.domain.envelope import Envelope, unpack
from cornbread.listening.domain.portions import joined
from cornbread.listening.streaming.letters import bury
from cornbread.listening.streaming.mailbox import Letter, Mailbox
from cornbread.listening.streaming.sharing import stream
from cornbread.listening.streaming.suspects import begun

log = get_logger(__name__)

#: Handed out this often, a message is taken in alone and its attempts are counted: it may be the
#: one that kills its worker, or have waited beside it.
ALONE_FROM = 3
#: So often it is tried alone before it is given up.
MOST_TRIES = 4
#: Until a message that failed is handed out again.
AGAIN = Backoff(base_s=1, cap_s=60)
#: While the database or the stream does not answer.
HOLD = Backoff(base_s=0.5, cap_s=15)
WAIT_S = 1.0

Opened = tuple[Letter, Envelope]


class IntakeWorker:
    """One of any number of workers that share the messages. ``keep`` takes a batch in."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._connection, self._places = stream()
        self._mailbox = Mailbox(self._connection, self._places)

    def run(self) -> None:
        """Work until told to stop; then hand back what was not begun."""
        failures = 0
        try:
            while not self._stop.is_set():
                try:
                    letters = self._mailbox.gather(WAIT_S)
                    failures = 0
                except Disturbed:
                    failures += 1
                    self._stop.wait(HOLD.ceiling_s(failures))
                    continue
                close_old_connections()
                self.take(letters)
        finally:
            self._mailbox.close()
            connections.close_all()

    def take(self, letters: Sequence[Letter]) -> None:
        """Take messages in, those of one stream together, and confirm each after its commit."""
        for group in groups(self._readable(letters), keeping.room()):
            if self._stop.is_set():
                return
            self._take(group)

    def _readable(self, letters: Iterable[Letter]) -> list[Opened]:
        """Those that can be read."""
        opened = []
        for letter in letters:
            try:
                opened.append((letter, unpack(letter.data)))
            except (msgspec.ValidationError, msgspec.DecodeError):
                self._bury(letter, "unreadable", letter.deliveries)
        return opened

    def _take(self, group: Sequence[Opened]) -> None:
        letters = [letter for letter, _ in group]
        tries = self._begun(letters[0])
        if tries is None:
            return
        try:
            self._holding(lambda: self._keep([envelope for _, envelope in group]))
        except Interrupted:
            return
        except Exception as error:
            if len(group) > 1:  # one of them is at fault; the others must not suffer
                for one in group:
                    self._take([one])
                return
            self._failed(letters[0], error, tries)
            return
        self._mailbox.settle(letters)

    def _begun(self, letter: Letter) -> int | None:
        """Which attempt with a message alone this is, 0 in company; None if there is to be none."""
        if letter.deliveries < ALONE_FROM:
            return 0
        try:
            tries = begun(self._connection, self._places, letter)
        except Disturbed:
            self._mailbox.put_back([letter], AGAIN.cap_s)
            return None
        if tries <= MOST_TRIES:
            return tries
        self._bury(letter, "worker_died", _attempts(MOST_TRIES))
        return None

    def _keep(self, envelopes: Sequence[Envelope]) -> None:
        channel = Channel.objects.filter(
            pk=envelopes[0].channel_id, workspace_id=envelopes[0].workspace_id
        ).first()
        if channel is None:
            # Its brand was deleted with all it had heard, and these are part of that.
            log.warning("the channel is gone", channel_id=envelopes[0].channel_id)
            return
        keeping.keep(channel, joined(envelope.batch for envelope in envelopes))

    def _holding(self, write: Callable[[], None]) -> None:
        """Write, and hold on while the database does not answer: no message is to blame."""
        failures = 0
        while True:
            try:
                return write()
            except IntegrityError:
                raise
            except DatabaseError as error:
                if not _is_away(error):
                    raise
                failures += 1
                log.exception("the database does not answer", attempt=failures)
                connections.close_all()
                if self._stop.wait(HOLD.ceiling_s(failures)):
                    raise Interrupted from error

    def _failed(self, letter: Letter, error: Exception, tries: int) -> None:
        if tries >= MOST_TRIES:
            self._bury(letter, type(error).__name__, _attempts(tries))
            return
        log.exception("a batch cannot be taken in", attempt=letter.deliveries)
        self._mailbox.put_back([letter], AGAIN.ceiling_s(letter.deliveries))

    def _bury(self, letter: Letter, reason: str, attempts: int) -> None:
        """Put a message among the dead letters, and only then confirm it."""
        try:
            self._connection.call(bury(self._connection, self._places, letter, reason, attempts))
        except Disturbed:
            self._mailbox.put_back([letter], AGAIN.cap_s)
            return
        log.error("a batch was given up", reason=reason, attempts=attempts)
        self._mailbox.settle([letter])


class Interrupted(Exception):
    """Told to stop while holding on; the messages are handed back."""


def groups(opened: Iterable[Opened], limit: int) -> list[list[Opened]]:
    """Messages of one stream together, up to so many posts; those under suspicion alone."""
    found: list[list[Opened]] = []
    filling: dict[tuple[int, int, str], tuple[list[Opened], int]] = {}
    for one in opened:
        letter, envelope = one
        key = (envelope.workspace_id, envelope.channel_id, envelope.batch.stream)
        size = len(envelope.batch.posts) + len(envelope.batch.deletions)
        group, filled = filling.get(key, ([], limit))
        if letter.deliveries >= ALONE_FROM:
            found.append([one])
            continue
        if filled + size > limit or not group:
            group, filled = [], 0
            found.append(group)
        group.append(one)
        filling[key] = (group, filled + size)
    return found


def _attempts(tries: int) -> int:
    """How often a message was tried, in company and alone."""
    return ALONE_FROM - 1 + tries


def _is_away(error: DatabaseError) -> bool:
    """Whether the database could not be asked, rather than refused what it was asked."""
    return type(error).__name__ in {"OperationalError", "InterfaceError"}


def run(stop: threading.Event) -> None:
    """Take in until told to stop; raises StreamUnreachable when there is no stream at the start."""
    worker = IntakeWorker(stop)
    began = time.monotonic()
    log.info("intake begins")
    worker.run()
    log.info("intake ends", after_s=round(time.monotonic() - began))
