"""Principal components: time and accuracy beside fbpca and scikit-learn, one at a time, as ratios in one run.

Accuracy is how far the matrix is from its projection on the directions found, by the spectral norm, as a share of the
least there can be (the next singular value): 1 is perfect. The peers run in an environment of their own:

    python -m venv /tmp/peers && /tmp/peers/bin/pip install fbpca scikit-learn
    python benchmarks/components.py --peers /tmp/peers/bin/python
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from alsoliked._version import __version__
from alsoliked.interpretation.principal import principal_components

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "components.json"
PEERS = ("fbpca", "sklearn auto", "sklearn randomized")
SHAPES = ((1682, 50, 3), (62_000, 50, 3), (20_000, 2_000, 10))  # rows, columns, components
REPEATS = 5


def matrix(n_rows: int, n_columns: int) -> np.ndarray:
    """Rows as factors are: a spectrum that falls slowly, noise on top, and a mean."""
    rng = np.random.default_rng(0)
    n = min(n_columns, 50)
    left, right = rng.normal(size=(n_rows, n)), rng.normal(size=(n, n_columns))
    spread = np.arange(1, n + 1) ** -0.7
    noise = 0.3 * rng.normal(size=(n_rows, n_columns))
    return ((left * spread) @ right + noise + rng.normal(size=n_columns)).astype(np.float32)


def best_error(rows: np.ndarray, n: int) -> float:
    """Return the singular value after the n first: no n directions leave less."""
    centred = rows - rows.mean(axis=0, dtype=np.float64)
    return float(np.sqrt(np.linalg.eigvalsh(centred.T @ centred)[-n - 1]))


def error(rows: np.ndarray, directions: np.ndarray) -> float:
    """Return the spectral norm of what the directions leave of the rows."""
    centred = rows - rows.mean(axis=0, dtype=np.float64)
    axes = np.linalg.qr(directions.astype(np.float64).T)[0]
    left = centred - (centred @ axes) @ axes.T
    return float(np.sqrt(np.linalg.eigvalsh(left.T @ left)[-1]))


def ours(path: Path, n: int, how: str, out: Path) -> None:
    """Time our own on one matrix, after a first run that does not count."""
    rows, times = np.load(path), []
    found = principal_components(rows, n, how=how)  # type: ignore[arg-type]
    for _ in range(REPEATS):
        start = time.perf_counter()
        found = principal_components(rows, n, how=how)  # type: ignore[arg-type]
        times.append(time.perf_counter() - start)
    np.savez(out, directions=found.directions, times=times)


def measure(shape: tuple[int, int, int], peers: str | None) -> dict[str, Any]:
    """Run every way on one matrix, each in a process of its own, one after the other."""
    n_rows, n_columns, n = shape
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "rows.npy", Path(folder) / "out.npz"
        rows = matrix(n_rows, n_columns)
        np.save(path, rows)
        least = best_error(rows, n)
        asked = {"alsoliked auto": [sys.executable, str(Path(__file__).resolve()), "--worker", "auto"]}
        if peers is not None:
            asked |= {way: [peers, str(HERE / "peers" / "components_peers.py"), way] for way in PEERS}
        for way, command in asked.items():
            subprocess.run([*command, str(path), str(n), str(out)], check=True)
            with np.load(out) as told:
                times, directions = told["times"], told["directions"]
            left = error(rows, directions) / least
            found[way] = {"best_s": float(times.min()), "median_s": float(np.median(times)), "error": left}
            print(f"{n_rows} x {n_columns}, {n}: {way:20} {times.min():8.4f} s, error {left:.6f}", flush=True)
    return {"rows": n_rows, "columns": n_columns, "components": n, "ways": found}


def as_table(results: list[dict[str, Any]]) -> str:
    """Write the results as Markdown: the best time of five, and its ratio to ours."""
    lines = ["| matrix | components | | time | beside ours | error |", "|---|---|---|---|---|---|"]
    for result in results:
        mine = result["ways"]["alsoliked auto"]["best_s"]
        for way, figures in result["ways"].items():
            head = f"{result['rows']:,} by {result['columns']:,} | {result['components']} | {way}"
            ratio = figures["best_s"] / mine
            lines.append(f"| {head} | {figures['best_s'] * 1000:.1f} ms | {ratio:.2f} | {figures['error']:.6f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure all shapes and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", help="the Python of an environment with fbpca and scikit-learn")
    parser.add_argument("--worker", nargs=4, metavar=("HOW", "MATRIX", "N", "OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        how, path, n, out = options.worker
        ours(Path(path), int(n), how, Path(out))
        return
    results = [measure(shape, options.peers) for shape in SHAPES]
    head = {"alsoliked": __version__, "machine": platform.machine(), "numpy": np.__version__, "dtype": "float32"}
    RESULTS.write_text(json.dumps({**head, "results": results}, indent=2) + "\n", encoding="utf-8")
    RESULTS.with_suffix(".md").write_text(as_table(results), encoding="utf-8")


if __name__ == "__main__":
    main()
