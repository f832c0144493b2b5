"""Write the manifest of vendored assets: what each is, its licence, its files and their sums.

Run after putting new files in place, and read the difference before committing it.
"""

import hashlib
import json
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "src/cornbread/foundation/static"
#: folder under vendor/ -> npm name, version, licence, and files that lie elsewhere under static/.
ASSETS: dict[str, tuple[str, str, str, list[str]]] = {
    "tabler": ("@tabler/core", "1.6.1", "MIT", []),
    "tabler-icons": ("@tabler/icons", "3.51.0", "MIT", ["icons.svg"]),
    "htmx": ("htmx.org", "2.0.11", "0BSD", []),
    "htmx-ext-sse": ("htmx-ext-sse", "2.2.4", "0BSD", []),
    "alpine": ("@alpinejs/csp", "3.17.4", "MIT", []),
    "inter": ("@fontsource-variable/inter", "5.3.0", "OFL-1.1", []),
}


def entry(folder: str) -> dict[str, object]:
    """One asset's part of the manifest."""
    name, version, licence, elsewhere = ASSETS[folder]
    paths = [
        *sorted((STATIC / "vendor" / folder).iterdir()),
        *[STATIC / path for path in elsewhere],
    ]
    files = {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
    }
    return {"name": name, "version": version, "licence": licence, "files": files}


def main() -> None:
    """Write the manifest."""
    manifest = [entry(folder) for folder in sorted(ASSETS)]
    path = STATIC / "vendor" / "manifest.json"
    path.write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
