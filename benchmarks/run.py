"""Run every benchmark, one after the other: what `make bench` calls. Hours; needs the data sets (ALSOLIKED_DATA)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = (
    ("chapter.py",),
    ("lists.py", "--data", "ml-1m"),
    ("lists.py", "--data", "ml-100k", "--all-ratings"),
    ("scale.py",),
)


def main() -> None:
    """Run them; the first that fails ends it."""
    for name, *arguments in SCRIPTS:
        print(f"— {name} {' '.join(arguments)}", flush=True)
        subprocess.run([sys.executable, str(HERE / name), *arguments], check=True)


if __name__ == "__main__":
    main()
