"""The peers of components.py: fbpca and scikit-learn, in an environment of their own.

``pip install fbpca scikit-learn`` there; then ``python components_peers.py WAY MATRIX.npy N OUT.npz``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

REPEATS = 5


def ways(rows: np.ndarray, n: int) -> dict[str, Callable[[], np.ndarray]]:
    """How each library is asked for the n leading directions, shape (n, n_columns)."""
    import fbpca
    from sklearn.decomposition import PCA

    return {
        "fbpca": lambda: fbpca.pca(rows, k=n, raw=False, n_iter=2)[2],
        "sklearn auto": lambda: PCA(n, random_state=0).fit(rows).components_,
        "sklearn randomized": lambda: PCA(n, svd_solver="randomized", random_state=0).fit(rows).components_,
    }


def main() -> None:
    """Time one way on one matrix, after a first run that does not count, and keep what it found."""
    way, matrix, n, out = sys.argv[1:]
    ask = ways(np.load(matrix), int(n))[way]
    np.random.seed(0)  # noqa: NPY002  fbpca draws from nothing else
    directions, times = ask(), []
    for _ in range(REPEATS):
        start = time.perf_counter()
        directions = ask()
        times.append(time.perf_counter() - start)
    np.savez(out, directions=directions, times=times)


if __name__ == "__main__":
    main()
