"""The peers of als.py, in environments of their own.

``pip install cornac scikit-surprise pandas implicit cmfrec`` in one, ``pip install lenskit`` in another (it wants a
torch of its own). ``python als_peers.py NAME TRAIN.npz OUT.npz``: fit with every setting below and keep, for each, the
CPU seconds of the fit and what it learned, as arrays whose dot products are its predictions or scores.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]


def cornac_mf(data: Arrays) -> Iterator[tuple[str, float, Arrays]]:
    """Stochastic gradient descent in C++, with biases."""
    from cornac.data import Dataset
    from cornac.models import MF

    train = Dataset.from_uir(list(zip(data["user"], data["item"], data["rating"].astype(float), strict=True)))
    user, item = (np.array(list(ids), dtype=int) for ids in (train.uid_map, train.iid_map))  # in cornac's order
    for lr, epochs, reg in itertools.product((0.01, 0.02), (20, 40, 60), (0.02, 0.05, 0.1)):
        model = MF(k=20, max_iter=epochs, learning_rate=lr, lambda_reg=reg, use_bias=True, seed=0, num_threads=1)
        spent = timed(lambda model=model: model.fit(train))
        sides = (model.u_factors, model.i_factors, model.u_biases, model.i_biases)
        yield f"lr={lr} epochs={epochs} reg={reg}", spent, laid_out(data, user, item, sides, model.global_mean)


def surprise_svd(data: Arrays) -> Iterator[tuple[str, float, Arrays]]:
    """Stochastic gradient descent in Cython, with biases."""
    import pandas as pd
    from surprise import SVD, Dataset, Reader

    frame = pd.DataFrame({name: data[name] for name in ("user", "item", "rating")})
    train = Dataset.load_from_df(frame, Reader(rating_scale=(1, 5))).build_full_trainset()
    user = np.array([train.to_raw_uid(u) for u in range(train.n_users)])
    item = np.array([train.to_raw_iid(i) for i in range(train.n_items)])
    for k, epochs, reg in itertools.product((20,), (20, 40), (0.05, 0.1)):
        model = SVD(n_factors=k, n_epochs=epochs, lr_all=0.01, reg_all=reg, random_state=0)
        spent = timed(lambda model=model: model.fit(train))
        sides = (model.pu, model.qi, model.bu, model.bi)
        yield f"k={k} epochs={epochs} reg={reg}", spent, laid_out(data, user, item, sides, train.global_mean)


def cmfrec_als(data: Arrays) -> Iterator[tuple[str, float, Arrays]]:
    """Least squares in turn in C, with biases; with and without factors of who rated what."""
    import pandas as pd
    from cmfrec import CMF

    frame = pd.DataFrame({"UserId": data["user"], "ItemId": data["item"], "Rating": data["rating"].astype(float)})
    regs = (20.0, 30.0) if len(frame) > 500_000 else (7.0, 10.0, 14.0)
    grid = itertools.product((40,), (3, 5, 10), regs, (True, False))
    how = {"method": "als", "use_cg": True, "nthreads": 1, "verbose": False, "random_state": 0, "use_float": True}
    for k, epochs, reg, sets in grid:
        model = CMF(k=k, niter=epochs, lambda_=reg, add_implicit_features=sets, **how)
        model.precompute_for_predictions = False
        spent = timed(lambda model=model: model.fit(frame))
        sides = (model.A_[:, :k], model.B_[:, :k], model.user_bias_, model.item_bias_)
        user, item = (np.asarray(ids, dtype=int) for ids in (model.user_mapping_, model.item_mapping_))
        setting = f"k={k} epochs={epochs} reg={reg:g}" + " who rated what" * sets
        yield setting, spent, laid_out(data, user, item, sides, model.glob_mean_)


def lenskit_mf(data: Arrays) -> Iterator[tuple[str, float, Arrays]]:
    """Least squares in turn, with biases."""
    import pandas as pd
    from lenskit.als import BiasedMFScorer
    from lenskit.data import from_interactions_df
    from lenskit.training import TrainingOptions

    columns = {"user_id": data["user"], "item_id": data["item"], "rating": data["rating"].astype(float)}
    train = from_interactions_df(pd.DataFrame(columns))
    for k, epochs, reg in itertools.product((20, 40), (5, 10), (0.05, 0.1)):
        model = BiasedMFScorer(embedding_size=k, epochs=epochs, regularization=reg)
        spent = timed(lambda model=model: model.train(train, TrainingOptions(rng=0)))
        user, item = np.asarray(model.users.ids(), dtype=int), np.asarray(model.items.ids(), dtype=int)
        factors, bias = (model.user_embeddings, model.item_embeddings), model.bias
        sides = tuple(np.asarray(part) for part in (*factors, bias.user_biases, bias.item_biases))
        yield f"k={k} epochs={epochs} reg={reg}", spent, laid_out(data, user, item, sides, float(bias.global_bias))


def implicit_als(data: Arrays) -> Iterator[tuple[str, float, Arrays]]:
    """The library named implicit: conjugate gradients in Cython."""
    from implicit.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    ones = np.ones(len(data["user"]), np.float32)
    table = csr_matrix((ones, (data["user"], data["item"])), shape=tuple(data["sizes"]))
    for k, alpha, reg in itertools.product((32, 64), (2.0, 5.0, 10.0), (1.0, 10.0, 30.0)):
        model = AlternatingLeastSquares(k, reg, alpha, iterations=10, num_threads=1, random_state=0)
        spent = timed(lambda model=model: model.fit(table, show_progress=False))
        answering = timed(lambda model=model: model.recommend(np.arange(table.shape[0]), table, N=20))
        arrays = {"user_factors": model.user_factors, "item_factors": model.item_factors, "answering": answering}
        yield f"k={k} alpha={alpha:g} reg={reg:g}", spent, {name: np.asarray(a) for name, a in arrays.items()}


PEERS: dict[str, Callable[[Arrays], Iterator[tuple[str, float, Arrays]]]] = {
    "cornac MF": cornac_mf,
    "Surprise SVD": surprise_svd,
    "cmfrec": cmfrec_als,
    "LensKit": lenskit_mf,
    "implicit ALS": implicit_als,
}


def timed(work: Callable[[], Any]) -> float:
    """CPU seconds of all threads."""
    start = time.process_time()
    work()
    return time.process_time() - start


def laid_out(data: Arrays, user: np.ndarray, item: np.ndarray, sides: tuple[np.ndarray, ...], mean: float) -> Arrays:
    """Bring a peer's own order of users and items back to ours; those it never saw keep zeros."""
    n_users, n_items = data["sizes"]
    user_factors, item_factors, user_bias, item_bias = sides
    out = {"user_factors": np.zeros((n_users, user_factors.shape[1])), "user_bias": np.zeros(n_users)}
    out |= {"item_factors": np.zeros((n_items, item_factors.shape[1])), "item_bias": np.zeros(n_items)}
    out["user_factors"][user], out["user_bias"][user] = user_factors, user_bias
    out["item_factors"][item], out["item_bias"][item] = item_factors, item_bias
    return out | {"global_bias": np.float64(mean)}


def main() -> None:
    """Fit one peer with all its settings."""
    name, source, out = sys.argv[1:]
    kept: Arrays = {}
    for place, (setting, spent, arrays) in enumerate(PEERS[name](dict(np.load(source)))):
        kept |= {f"{place}/{key}": value for key, value in arrays.items()}
        kept |= {f"{place}/setting": np.array(setting), f"{place}/cpu_s": np.array(spent)}
    np.savez(out, **kept)


if __name__ == "__main__":
    main()
