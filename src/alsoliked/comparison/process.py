"""Process: have a fresh one fit and measure one model on one fold."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from alsoliked import errors
from alsoliked.comparison.entrants import Entrant
from alsoliked.comparison.folds import Fold
from alsoliked.errors import AlsolikedError, TrainingError

__all__ = ["asked"]


def asked(entrant: Entrant, fold: Fold, order: dict[str, Any]) -> dict[str, Any]:
    """Have a fresh process do a cell (`alsoliked.comparison.cell`); if we are interrupted, it is ended.

    Raises
    ------
    AlsolikedError
        What the process refused, of the same kind, with model and fold named.
    TrainingError
        If it ended without an answer.
    """
    command = [sys.executable, "-P", "-m", "alsoliked.comparison.cell"]
    done = subprocess.run(command, input=json.dumps(order), capture_output=True, text=True, check=False)  # noqa: S603
    where = f"{entrant.label} on fold {fold.name}"
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        how = (
            f"was ended by signal {-done.returncode} (too little memory?)" if done.returncode < 0 else f"failed: {said}"
        )
        raise TrainingError(
            f"the process that fits {where} {how}; what is done is kept where a folder was named."
        ) from None
    if "error" in answer:
        kind = getattr(errors, answer["error"], AlsolikedError)
        raise kind(f"{where}: {answer['message']}")
    return answer
