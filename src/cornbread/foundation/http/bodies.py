"""Bodies of answers, unpacked piece by piece so that a bomb never unfolds in memory."""

import re
import zlib
from collections.abc import Iterable, Iterator

from cornbread.foundation.http.trouble import OutcomeUnknown, TooLarge

PIECE = 64 * 1024
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_LINE_END = re.compile(rb"\r\n|\n|\r")


def unpacked(raw: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The body without its content coding, in pieces of at most PIECE bytes when packed.

    Only one layer of gzip or deflate is understood, which is what we ask servers for.
    """
    coding = encoding.strip().lower()
    if coding in {"", "identity"}:
        yield from raw
        return
    if coding not in _WINDOWS:
        raise OutcomeUnknown("The answer is packed in a way that was not asked for.")
    try:
        yield from _inflated(raw, coding)
    except zlib.error as broken:
        raise OutcomeUnknown("The answer is packed, and damaged.") from broken


def within(pieces: Iterable[bytes], limit: int) -> bytes:
    """All pieces joined; raises TooLarge as soon as they come to more than ``limit`` bytes."""
    kept = bytearray()
    for piece in pieces:
        if len(kept) + len(piece) > limit:
            raise TooLarge(f"The answer is larger than {limit:,} bytes.")
        kept += piece
    return bytes(kept)


def lines(pieces: Iterable[bytes], limit: int) -> Iterator[str]:
    """Lines of text, however they end and however they are cut into pieces.

    Ends are \\n, \\r\\n or \\r, as in server-sent events. Raises TooLarge for a line over ``limit``
    bytes. What is not UTF-8 is replaced.
    """
    begun = bytearray()
    after_return = False
    for piece in pieces:
        # A line that ended in \r was given out at once; the \n of a pair may come later.
        fresh = piece[1:] if after_return and piece.startswith(b"\n") else piece
        after_return = piece.endswith(b"\r") if piece else after_return
        for number, part in enumerate(_LINE_END.split(fresh)):
            if number:
                yield begun.decode("utf-8", "replace")
                begun.clear()
            if len(begun) + len(part) > limit:
                raise TooLarge(f"A line is longer than {limit:,} bytes.")
            begun += part
    if begun:
        yield begun.decode("utf-8", "replace")


def _inflated(raw: Iterable[bytes], coding: str) -> Iterator[bytes]:
    engine = zlib.decompressobj(_WINDOWS[coding])
    begun = False
    for packed in raw:
        if not begun and coding == "deflate" and not _has_zlib_header(packed):
            engine = zlib.decompressobj(-zlib.MAX_WBITS)
        begun = begun or bool(packed)
        yield from _all_of(engine, packed)
    if begun and not engine.eof:
        raise OutcomeUnknown("The answer ended before it was complete.")


def _all_of(engine: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    piece = engine.decompress(packed, PIECE)
    while piece:
        yield piece
        piece = engine.decompress(engine.unconsumed_tail, PIECE)


def _has_zlib_header(packed: bytes) -> bool:
    """Servers send "deflate" with and without the header that the standard demands."""
    return len(packed) < 2 or (packed[0] & 0x0F == 8 and (packed[0] * 256 + packed[1]) % 31 == 0)
