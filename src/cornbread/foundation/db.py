"""The few places where the two databases differ."""

from hashlib import blake2b

from django.db import connection, transaction


def is_postgresql() -> bool:
    """Whether the product runs on PostgreSQL; otherwise it runs on SQLite."""
    return connection.vendor == "postgresql"


def serialise(key: str, workspace_id: int) -> None:
    """Let only one transaction at a time pass this point, for this key in this workspace.

    Must be called inside a transaction and holds until its end. On SQLite there is nothing to
    do: IMMEDIATE transactions already let only one writer in at a time.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            f"serialise({key!r}) holds until the end of a transaction, and there is none"
        )
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_number(key, workspace_id)])


def _lock_number(key: str, workspace_id: int) -> int:
    # Python's own hash differs between processes, and this must not.
    digest = blake2b(f"{workspace_id}:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
