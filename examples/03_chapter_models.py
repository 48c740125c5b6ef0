"""The chapter's models, one on the other, on the same split: what does each step bring?

Every one is a plain torch module, trained by the same `Learner` along one cycle. The chapter uses batches of 64; with
1,024 each takes about a second, and weight decay is larger to match.
"""

import time

import torch

from alsoliked import movielens, random_split
from alsoliked.models import CollabNN, DotProduct, DotProductBias, DotProductBiasByHand
from alsoliked.training import Learner

SEED, RANGE = 42, (0.0, 5.5)

train, valid = random_split(movielens("ml-100k"), valid_pct=0.2, seed=SEED)
size = (train.n_users, train.n_items)


def start() -> torch.Generator:
    """The same random start for every model."""
    return torch.Generator().manual_seed(SEED)


steps = (
    ("dot product", DotProduct(*size, 50, generator=start()), 0.0),
    ("+ range", DotProduct(*size, 50, y_range=RANGE, generator=start()), 0.0),
    ("+ biases", DotProductBias(*size, 50, y_range=RANGE, generator=start()), 0.0),
    ("+ weight decay", DotProductBias(*size, 50, y_range=RANGE, generator=start()), 0.25),
    ("by hand", DotProductBiasByHand(*size, 50, y_range=RANGE, generator=start()), 0.25),
    ("neural net", CollabNN(*size, layers=(100, 50), y_range=RANGE, generator=start()), 0.25),
)

print(f"{'':<16}{'train_loss':>10}{'valid_loss':>12}{'seconds':>9}")
for name, model, wd in steps:
    learn = Learner(model, train, valid, bs=1024, seed=SEED, on_epoch=None)
    began = time.perf_counter()
    last = learn.fit_one_cycle(5, lr=5e-3, wd=wd).epochs[-1]
    print(f"{name:<16}{last.train_loss:>10.3f}{last.valid_loss:>12.3f}{time.perf_counter() - began:>9.1f}")
print(f"{'guess the mean':<16}{'':>10}{learn.history.guess_loss:>12.3f}")
print("Losses are mean squared errors. Where training is low and validation high, the model has learned by heart.")
