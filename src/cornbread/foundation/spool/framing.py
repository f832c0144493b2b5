"""Records in a file: length and checksum before each, so that a torn end is seen as one."""

import struct
import zlib
from collections.abc import Iterator

_HEAD = struct.Struct("<II")
HEAD = _HEAD.size
#: A longer length than this was never written: it is damage, not a record.
LONGEST = 64 * 1024 * 1024


def frame(record: bytes) -> bytes:
    """A record as it stands in the file: length and CRC-32 (little endian), then the bytes."""
    return _HEAD.pack(len(record), zlib.crc32(record)) + record


def frames(data: bytes, start: int = 0) -> Iterator[tuple[bytes, int]]:
    """Each whole record from ``start`` on, with the place behind it; ends at the first that is
    torn or damaged.
    """
    while start + HEAD <= len(data):
        length, checksum = _HEAD.unpack_from(data, start)
        end = start + HEAD + length
        # Nothing empty is ever written: it would look like a stretch that the disk never filled.
        if not 0 < length <= LONGEST or end > len(data):
            return
        record = data[start + HEAD : end]
        if zlib.crc32(record) != checksum:
            return
        yield record, end
        start = end


def wanted(data: bytes, start: int) -> int:
    """How long the record at ``start`` says it is, its head included; 0 when nobody can say."""
    if start + HEAD > len(data):
        return 0
    length = int(_HEAD.unpack_from(data, start)[0])
    return HEAD + length if 0 < length <= LONGEST else 0
