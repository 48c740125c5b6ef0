"""The command: ``alsoliked`` or ``python -m alsoliked``."""

from __future__ import annotations

import os
import sys

from alsoliked.cli.app import run

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit: 0 done, 1 refused or failed (one line says why), 2 misused, 130 interrupted."""
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output went away: not our failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(code)


if __name__ == "__main__":
    main()
