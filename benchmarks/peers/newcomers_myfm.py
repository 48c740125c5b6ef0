"""myFM on the folds that benchmarks/newcomers.py wrote: a fit for each fold and number of ratings given."""

import json
import sys
import time

import myfm
import numpy as np
from scipy import sparse

told = np.load(sys.argv[1])
user, item, rating, turn, fold = (told[name] for name in ("user", "item", "rating", "turn", "fold"))
columns = sparse.csr_matrix(told["columns"])
n_users, n_items = user.max() + 1, item.max() + 1
groups = [n_users, n_items] + ([columns.shape[1]] if columns.shape[1] else [])


def design(rows: np.ndarray) -> sparse.csr_matrix:
    """One row a rating: its user, its item, and what is known of the newcomer."""
    one, at = np.ones(len(rows)), np.arange(len(rows))
    parts = [sparse.csr_matrix((one, (at, user[rows])), (len(rows), n_users))]
    parts += [sparse.csr_matrix((one, (at, item[rows])), (len(rows), n_items))]
    return sparse.hstack(parts + ([columns[user[rows]]] if columns.shape[1] else []), format="csr")


for part in range(5):
    new = fold == part
    known = np.bincount(item[~new], minlength=n_items) > 0
    test = np.flatnonzero(new & (turn >= told["pool"]) & known[item])
    for k in told["given"].tolist():
        start = time.process_time()
        train = np.flatnonzero(~new | (turn < k))
        model = myfm.MyFMRegressor(rank=10, random_seed=0)
        model.fit(design(train), rating[train], n_iter=200, n_kept_samples=180, group_shapes=groups)
        missed = model.predict(design(test)).clip(rating.min(), rating.max()) - rating[test]
        row = {"fold": part, "given": k, "rmse": float(np.sqrt(np.mean(missed**2)))}
        print(json.dumps(row | {"seconds": time.process_time() - start}), flush=True)
