"""Which form of the engine is used: the compiled one if it is there and of this same source."""

import hashlib
import os
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

Form = Literal["plain", "compiled"]

#: The distribution of native/, and what its build wrote down of the source.
_COMPILED = "cornbread_fast"


def _compiled() -> Any:
    """The compiled engine; None if there is none, or an outdated one, or it is not wanted."""
    if os.environ.get("CORNBREAD_PLAIN", "") not in ("", "0"):
        return None
    try:
        built = import_module(_COMPILED)
        source = b"".join(part.read_bytes() for part in SOURCE)
        if hashlib.sha256(source).hexdigest() != built.SOURCE:
            return None
        return import_module(f"{_COMPILED}.engine")
    except (ImportError, OSError, AttributeError):
        return None


SOURCE = [
    Path(__file__).with_name(name)
    for name in (
        "reading.py",
        "words.py",
        "hits.py",
        "pages.py",
        "engine.py",
    )
]

if TYPE_CHECKING:
    from cornbread.listening.domain.matching.engine import Engine
    from cornbread.listening.domain.matching.reading import NOWHERE, Leaf, Node
else:
    _engine = _compiled()
    _form = "plain" if _engine is None else "compiled"
    if _engine is None:
        from cornbread.listening.domain.matching import engine as _engine
    NOWHERE, Engine, Leaf = _engine.NOWHERE, _engine.Engine, _engine.Leaf
    Node = _engine.Node

__all__ = ["NOWHERE", "SOURCE", "Engine", "Form", "Leaf", "Node", "form"]


def form() -> Form:
    """Which form of the engine matches here."""
    return _form


if TYPE_CHECKING:
    _form: Form = "plain"
