"""Compiles the matcher's engine from the one source there is, and writes down which that was.

The files of the source become one module, so that they call each other in C.
"""

import hashlib
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

HERE = Path(__file__).parent
INSIDE = Path("listening/domain/matching")
PARTS = ("reading.py", "words.py", "hits.py", "pages.py", "engine.py")
#: Where a part imports from another, which is then above it.
BETWEEN = re.compile(
    rb"^from cornbread[.\w]+\.matching\.(?:reading|words|hits|pages) import (?:\([^)]*\)|.*)\n",
    re.MULTILINE,
)
PACKAGE = HERE / "build" / "cornbread_fast"


def source() -> Path:
    """The folder of the engine beside this folder, or else of the Cornbread that is installed."""
    beside = HERE.parent / "src" / "cornbread" / INSIDE
    if beside.exists():
        return beside
    found = find_spec("cornbread")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("Cornbread itself has to be installed first: its source is compiled here.")
    return Path(found.submodule_search_locations[0]) / INSIDE


def prepare() -> list[Extension]:
    """The package in build/: the source under the name it gets, and its fingerprint."""
    parts = [(source() / part).read_bytes() for part in PARTS]
    PACKAGE.mkdir(parents=True, exist_ok=True)
    (PACKAGE / "engine.py").write_bytes(b"\n\n".join(BETWEEN.sub(b"", part) for part in parts))
    shutil.copy(HERE / "engine.pxd", PACKAGE / "engine.pxd")
    digest = hashlib.sha256(b"".join(parts)).hexdigest()
    (PACKAGE / "__init__.py").write_text(
        f'"""The compiled engine of Cornbread\'s matcher."""\n\nSOURCE = "{digest}"\n'
    )
    relative = PACKAGE.relative_to(HERE)
    return [Extension("cornbread_fast.engine", [str(relative / "engine.py")])]


setup(
    packages=["cornbread_fast"],
    package_dir={"cornbread_fast": str(PACKAGE.relative_to(HERE))},
    ext_modules=cythonize(
        prepare(),
        include_path=[str(HERE / "build")],
        compiler_directives={
            "language_level": 3,
            "boundscheck": False,
            "wraparound": False,
            "initializedcheck": False,
            "annotation_typing": False,
        },
    ),
)
