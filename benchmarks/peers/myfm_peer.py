"""The peer of bayes_peers.py, in an environment of its own: ``pip install myfm``.

``python myfm_peer.py DATA.npz OUT.npz RANK SWEEPS``: user and item blocks (one-hot, who rated what, columns) and
the day where DATA has one, every group of features with a prior of its own, as in myFM's own example for MovieLens.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from myfm import MyFMRegressor, RelationBlock
from scipy import sparse


def main() -> None:
    """Fit, predict, say how long it took."""
    source, out, rank, sweeps = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    data = dict(np.load(source))
    blocks, groups = [], []
    for side in ("user", "item"):
        n = int(data[f"{side}_n"])
        widths = data[f"{side}_widths"]
        cells = (data[f"{side}_values"], (data[f"{side}_rows"], data[f"{side}_columns"]))
        blocks.append(sparse.hstack([sparse.identity(n), sparse.csr_matrix(cells, shape=(n, widths.sum()))]).tocsr())
        groups += [n, *widths.tolist()]

    def laid_out(part: str) -> tuple[sparse.csr_matrix | None, list[RelationBlock]]:
        rows = [
            RelationBlock(data[f"{part}_{side}"], block) for side, block in zip(("user", "item"), blocks, strict=True)
        ]
        if "train_day" not in data:
            return None, rows
        day = data[f"{part}_day"]
        n_days = int(max(data["train_day"].max(), data["valid_day"].max())) + 1
        return sparse.csr_matrix((np.ones(len(day)), (np.arange(len(day)), day)), shape=(len(day), n_days)), rows

    days, rows = laid_out("train")
    shapes = groups if days is None else [days.shape[1], *groups]
    began = time.process_time()
    model = MyFMRegressor(rank=rank, random_seed=0)
    model.fit(
        days, data["rating"].astype(float), X_rel=rows, group_shapes=shapes, n_iter=sweeps, n_kept_samples=sweeps - 20
    )
    spent = time.process_time() - began
    days, rows = laid_out("valid")
    np.savez(out, predicted=model.predict(days, rows), cpu=spent)


if __name__ == "__main__":
    main()
