"""Who stands for a stranger: the mean of all users, or a particular user? On users who were not there.

``python benchmarks/typical.py``: five folds of the users of ml-100k; a model is fitted to the others, and half of each
stranger's ratings are predicted by the row of somebody typical. The other half is used by the last two lines alone.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import torch

from alsoliked import Recommender, movielens

FOLDS, TASTES = 5, 4


def main() -> None:
    """Print the median over folds."""
    torch.set_num_threads(1)
    ratings = movielens("ml-100k")
    order = np.random.default_rng(0).permutation(ratings.n_users)
    for model in ("als", "dot_bias", "bayes"):
        tables = []
        for fold in range(FOLDS):
            strangers = np.isin(ratings.user_index, order[fold::FOLDS])
            rec = Recommender(model, seed=fold).fit(ratings.take(~strangers))
            tables.append(rec.typical_users(TASTES, seed=fold).measured(ratings.take(strangers)))
        kinds = tables[0].select("kind")
        table = pl.concat(tables).group_by("kind").agg(pl.col("rmse", "ndcg").median())
        print(model)
        print(kinds.join(table, on="kind", how="left", maintain_order="left").to_pandas().to_string(index=False))


if __name__ == "__main__":
    main()
