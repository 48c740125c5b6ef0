"""Draw the pictures of docs/pictures.md into docs/images.

``python docs/gallery.py`` runs the blocks of the page in order and saves what `chart` is where an image follows.
"""

from __future__ import annotations

import contextlib
import re
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any

from pages import blocks

from alsoliked.plots import saving

HERE = Path(__file__).resolve().parent
IMAGE = re.compile(r"^!\[.*\]\((images/.*\.png)\)$")
SCALE = 1.25  # pixels of a file for each of the picture; the pages show them no wider than 760


def main() -> None:
    """Run the page and write its images."""
    lines = (HERE / "pictures.md").read_text(encoding="utf-8").splitlines()
    images = {place: match[1] for place, line in enumerate(lines) if (match := IMAGE.match(line))}
    space: dict[str, Any] = {"__name__": "__page__"}
    saving.SCALE = SCALE
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        found = [block for block in blocks(lines) if block.kind == "python"]
        for block, until in zip(found, [*(b.start for b in found[1:]), len(lines)], strict=True):
            exec("\n".join(block.lines), space)  # noqa: S102  the page's own code
            for place in range(block.end, until):
                if place in images:
                    path = saving.save_chart(space["chart"], HERE / images[place])
                    path.write_bytes(packed(path.read_bytes()))
                    print(f"{path.stat().st_size:>8,}  {images[place]}")


def packed(png: bytes) -> bytes:
    """Return the same picture, its bytes packed as tightly as they go."""
    parts, place = [], 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        parts.append((png[place + 4 : place + 8], png[place + 8 : place + 8 + size]))
        place += size + 12
    body = zlib.compress(zlib.decompress(b"".join(data for kind, data in parts if kind == b"IDAT")), 9)
    head = [part for part in parts if part[0] in (b"IHDR", b"pHYs")]
    chunks = [*head, (b"IDAT", body), (b"IEND", b"")]
    return png[:8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


if __name__ == "__main__":
    main()
