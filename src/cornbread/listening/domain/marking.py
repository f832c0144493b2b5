"""Cutting a text where something is to be marked, so that a page can show and escape each piece."""

from collections.abc import Iterable
from dataclasses import dataclass

from cornbread.listening.domain.evaluation import Span

#: What stands for text that was left out.
ELLIPSIS = "…"
#: How much of the text before the first mark is kept when a long text is cut.
_LEAD = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, marked or not."""

    text: str
    marked: bool = False


def pieces(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """The text in order, cut at the spans, which may touch, overlap or lie outside the text."""
    cut: list[Piece] = []
    at = 0
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        cut += [Piece(text[at:start]), Piece(text[start:end], marked=True)]
        at = end
    cut.append(Piece(text[at:]))
    return tuple(piece for piece in cut if piece.text)


def excerpt(text: str, spans: Iterable[Span], most: int) -> tuple[Piece, ...]:
    """As ``pieces``, of about ``most`` characters around the first mark when the text is longer."""
    spans = sorted(spans)
    if len(text) <= most:
        return pieces(text, spans)
    first = spans[0][0] if spans else 0
    start = 0 if first < most - _LEAD else min(first - _LEAD, len(text) - most)
    start, end = _to_word(text, start), start + most
    shown = pieces(text[start:end], [(a - start, b - start) for a, b in spans])
    before = (Piece(ELLIPSIS),) if start else ()
    after = (Piece(ELLIPSIS),) if end < len(text) else ()
    return (*before, *shown, *after)


def _to_word(text: str, start: int) -> int:
    """The beginning of a word at or shortly after ``start``; ``start`` where there is none."""
    if start == 0:
        return 0
    gap = text.find(" ", start, start + _LEAD // 2)
    return gap + 1 if gap >= 0 else start
