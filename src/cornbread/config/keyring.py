"""Changing the encryption key, and going on without one that is lost.

Processes know the keys that they started with, so both are done while nothing else runs.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from cornbread.config import lock
from cornbread.config.keys import from_environment, key_file, new_key, write_keys
from cornbread.foundation import crypto
from cornbread.foundation.errors import Refusal
from cornbread.foundation.wording import counted

_OLD_BACKUPS = "Backups made before need the older key: keep it as long as you keep them."


class KeyStillNeeded(Refusal):
    """Some secret is sealed with a key that was to be removed."""

    code = "key_still_needed"


class SecretsLost(Refusal):
    """No key at hand opens some of the secrets."""

    code = "secrets_lost"


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the home, so that nothing starts meanwhile; AlreadyRunning where something runs."""
    try:
        with lock.held(home) as held:
            held.note("changing keys")
            yield
    except lock.AlreadyRunning as running:
        raise lock.AlreadyRunning(
            f"Cornbread runs with the data in {home}. Stop it first: its processes know only the "
            "keys that they started with."
        ) from running


def rotate() -> str:
    """Seal everything with a new key, leaving the older ones in place; what to do next."""
    crypto.verify_key()
    if lost := crypto.not_opened_by():
        raise SecretsLost(
            f"No key at hand opens the secrets of {secrets_in(lost)}. Put the missing key back "
            "below the others, or let go of them with `cornbread keys forget-lost`."
        )
    if len(settings.ENCRYPTION_KEYS) == 1:
        if from_environment():
            return _ask_for(new_key())
        _use(settings.HOME, (new_key(), *settings.ENCRYPTION_KEYS))
    done = counted(crypto.reseal_all(), "secret")
    where = "CORNBREAD_ENCRYPTION_KEYS" if from_environment() else key_file(settings.HOME)
    return (
        f"{done} sealed with the newest key, the first one in {where}. Keep a copy of it apart "
        "from the database. Start Cornbread; when all is well, stop it again and remove the "
        f"older key:\n  cornbread keys rotate --finish\n{_OLD_BACKUPS}"
    )


def _ask_for(key: str) -> str:
    return (
        "The keys come from CORNBREAD_ENCRYPTION_KEYS, which only you can change. Put this new "
        f"key in front of the present one, with a comma between them, and run this again:\n  {key}"
    )


def finish() -> str:
    """Remove the older keys; raises KeyStillNeeded while any secret is sealed with one of them."""
    crypto.verify_key()
    newest, *older = settings.ENCRYPTION_KEYS
    if not older:
        return "There is only one key, so there is nothing to remove."
    if needed := crypto.not_opened_by((newest,)):
        raise KeyStillNeeded(
            f"The newest key does not open the secrets of {secrets_in(needed)} yet. "
            "Run `cornbread keys rotate` first. Nothing was removed."
        )
    if from_environment():
        return f"Nothing needs the older keys: leave only the first one. {_OLD_BACKUPS}"
    _use(settings.HOME, (newest,))
    return f"Removed {counted(len(older), 'older key')}; nothing needed it. {_OLD_BACKUPS}"


def forget_lost(*, stand_in: str | None, sure: bool) -> str:
    """Let go of what no key opens; ``stand_in`` is a new key used where the key file is missing.

    Raises SecretsLost, saying what would be lost, unless somebody is ``sure``.
    """
    lost = crypto.not_opened_by()
    if not lost:
        return "Every secret can be opened; there is nothing to forget."
    if not sure:
        raise SecretsLost(_what_it_means(lost))
    if stand_in:
        # First, so that this can be repeated with the same key when it was interrupted.
        _use(settings.HOME, (stand_in,))
    forgotten = secrets_in(crypto.forget_lost())
    crypto.verify_key()
    new = f"A new key is in {key_file(settings.HOME)}: keep a copy of it.\n" if stand_in else ""
    return (
        f"Forgotten: secrets of {forgotten or 'nobody'}.\n{new}Now start Cornbread, reconnect the "
        "channels that need attention, and have members set up their second step again."
    )


def _what_it_means(lost: Mapping[str, int]) -> str:
    return (
        f"No key at hand opens the secrets of {secrets_in(lost)}.\n"
        "Look for keys/encryption in your backups first; with it, nothing is lost.\n"
        "Without it:\n"
        "- channels stop until somebody reconnects them in Settings, Channels;\n"
        "- members sign in with their password alone until they set up a second step again.\n"
        "Posts, conversations, people and levels are not sealed and stay as they are.\n"
        "This cannot be undone. Back the database up, then repeat this with --yes."
    )


def secrets_in(counts: Mapping[str, int]) -> str:
    """What is sealed in which number, for people: ``channels (2), the key check (1)``."""
    return ", ".join(f"{name} ({count})" for name, count in counts.items())


def _use(home: Path, keys: tuple[str, ...]) -> None:
    write_keys(home, keys)
    settings.ENCRYPTION_KEYS = keys
