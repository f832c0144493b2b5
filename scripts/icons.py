"""Draw the icon sprite: only the icons that scripts/icons.txt lists, and our own drawings.

Usage: python scripts/icons.py FOLDER_OF_UNPACKED_TABLER_ICONS
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPRITE = HERE.parent / "src/cornbread/foundation/static/icons.svg"
#: The width of a line is left to the stylesheet, which knows how large an icon is shown.
STROKE = 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'


def listed(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Names in the sprite, each with the file that it is drawn from."""
    for line in lines:
        line = line.strip()
        if line and not line.startswith("#"):
            name, _, source = line.partition("=")
            yield name, source or name


def inside(svg: str) -> str:
    """What an SVG file draws, without its outer element and without the empty bounding box."""
    match = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if match is None:
        raise SystemExit("not an SVG file")
    drawing = re.sub(r'<path stroke="none" d="M0 0h24v24H0z"[^>]*/>', "", match.group(1))
    return re.sub(r"\s*\n\s*", "", drawing).strip()


def symbols(icons: Path) -> Iterator[str]:
    """One symbol an icon, ours last; a name drawn twice is a mistake in the list."""
    names: set[str] = set()
    files = [
        (name, icons / "icons" / "outline" / f"{source}.svg")
        for name, source in listed((HERE / "icons.txt").read_text().splitlines())
    ]
    files += [(path.stem, path) for path in sorted((HERE / "icons").glob("*.svg"))]
    for name, path in files:
        if name in names:
            raise SystemExit(f"{name} is listed twice")
        names.add(name)
        drawing = inside(path.read_text())
        yield f'<symbol id="{name}" viewBox="0 0 24 24" {STROKE}>{drawing}</symbol>'


def main() -> None:
    """Write the sprite."""
    drawn = list(symbols(Path(sys.argv[1])))
    SPRITE.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(drawn) + "\n</svg>\n"
    )
    sys.stdout.write(f"{len(drawn)} icons in {SPRITE}\n")


if __name__ == "__main__":
    main()
