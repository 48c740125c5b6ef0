"""One cell of a comparison: one model on one fold, fitted and measured in a process of its own.

So the processor time and the peak memory are the fit's alone, whatever ran before. The order comes as JSON on stdin,
the fold as a bundle without a model, the answer goes as JSON to stdout.
"""

from __future__ import annotations

import json
import math
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from alsoliked.bundle import read_bundle, write_bundle
from alsoliked.comparison.folds import Fold
from alsoliked.contents import from_contents, to_contents
from alsoliked.errors import AlsolikedError
from alsoliked.evaluation.measure import measure
from alsoliked.evaluation.paired import SameUsers
from alsoliked.evaluation.trial import Trial
from alsoliked.recommendation.answers import Answers
from alsoliked.recommender import Recommender

__all__ = ["main", "peak_memory", "run_cell", "write_fold"]

METRICS = ("rmse", "mae", "ndcg", "coverage")
DIGITS = 9  # of a draw: far finer than float32 predictions are


def write_fold(fold: Fold, folder: Path) -> Path:
    """Write both parts of a fold where another process can read them."""
    return write_bundle(folder, to_contents(Answers(fold.train, None, None, ordered=False), fold.valid, {}))


def run_cell(order: dict[str, Any]) -> dict[str, Any]:
    """Fit, measure, and return plain values.

    Parameters
    ----------
    order
        `fold`, the folder that `write_fold` wrote; `recommender`, its constructor arguments; `measure`, with `k`,
        `max_users`, `n_boot` and `seed`.

    Returns
    -------
    dict
        `costs` of the fit (`cpu` and `wall` seconds, `memory` in MB), `warnings` it gave, of each metric its `values`
        and `draws`, and how much was `held_out`.
    """
    whole, valid = from_contents(read_bundle(order["fold"]))
    rec = Recommender(**order["recommender"])
    cpu, wall = time.process_time(), time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        rec.fit(whole.train)
    costs = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "memory": peak_memory()}
    how = order["measure"]
    assert valid is not None  # noqa: S101  write_fold wrote both
    trial = Trial.prepare(
        rec.train_ratings, valid, k=how["k"], relevant_from=None, max_users=how["max_users"], seed=how["seed"]
    )
    resamples = SameUsers(valid.n_users, how["n_boot"], how["seed"], users=trial.users)
    measured = measure(rec, trial, resamples)
    kept = [metric for metric in measured.values if metric.partition("@")[0] in METRICS]
    return {
        "costs": costs,
        "warnings": [str(warning.message) for warning in caught if warning.category is UserWarning],
        "values": {metric: _plain(measured.values[metric]) for metric in kept},
        "draws": {metric: [_plain(draw) for draw in measured.draws[metric].tolist()] for metric in kept},
        "held_out": {"ratings": len(trial.valid), "users": len(trial.users), "ranked": len(trial.ranked)},
    }


def peak_memory() -> float | None:
    """Return the most memory this process ever held, in MB (10**6 bytes); None where the system does not tell.

    It counts Python and torch themselves, some 250 MB.
    """
    try:  # Linux: getrusage would count the parent, whose pages a new process holds for a moment
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        pass
    try:
        import resource  # noqa: PLC0415  not everywhere
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (most if sys.platform == "darwin" else most * 1024) / 1e6


def _plain(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None


def main() -> None:
    """Take an order from stdin and answer on stdout; what this package refuses is an answer too."""
    order = json.load(sys.stdin)
    try:
        answer = run_cell(order)
    except AlsolikedError as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    json.dump(answer, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
