"""Tables split by row and moved by AdamW, with TorchRec's bags."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torchrec import EmbeddingBagCollection, EmbeddingBagConfig, PoolingType
from torchrec.distributed.embeddingbag import EmbeddingBagCollectionSharder
from torchrec.sparse.jagged_tensor import KeyedJaggedTensor

from alsoliked.cluster.rows import Role
from alsoliked.cluster.training.adam import Adam
from alsoliked.cluster.training.sharded.splitting import mesh, named, own, part_of, split
from alsoliked.cluster.training.tables import ROLES, Own

__all__ = ["BagTables"]


class BagTables:
    """Tables moved by AdamW: every row in every step, as the local model's are.

    A look-up is a bag of one row. On a CPU this is the way to a gradient that FBGEMM has right: sequences with the
    dense kernel return wrong rows without a word (its issue 4586), and the kernel that moves rows in the backward pass
    has no Adam there.

    Parameters
    ----------
    sizes, widths
        How many rows each table has, and how many numbers a row.
    wd
        Decoupled weight decay.
    """

    def __init__(self, sizes: Mapping[Role, int], widths: Mapping[Role, int], *, wd: float) -> None:
        configs = [
            EmbeddingBagConfig(
                name=named(role),
                num_embeddings=sizes[role],
                embedding_dim=widths[role],
                feature_names=[role],
                pooling=PoolingType.SUM,
            )
            for role in ROLES
        ]
        bags = EmbeddingBagCollection(tables=configs, device=torch.device("meta"))
        self._bags = split(bags, [named(role) for role in ROLES], EmbeddingBagCollectionSharder(), "dense")
        self._sizes, self._mesh = sizes, mesh()
        self._weights = {role: self._bags.get_parameter(f"embedding_bags.{named(role)}.weight") for role in ROLES}
        self._own = {role: own(self._bags, role) for role in ROLES}
        self._adam = Adam({role: self._own[role].rows for role in ROLES}, dict.fromkeys(ROLES, wd))

    def before(self, lr: float) -> None:
        """Nothing: AdamW learns of its learning rate in `step`."""

    def fetch(self, users: Tensor, items: Tensor, room: int) -> tuple[Tensor, Tensor]:
        """Return the rows of this process's pairs, (batch, width) each; gradients find their way back.

        Every process brings `room` bags, the last ones empty: TorchRec takes equal numbers for granted.
        """
        lengths = torch.zeros((len(ROLES), room), dtype=torch.int32)
        lengths[:, : len(users)] = 1
        keyed = KeyedJaggedTensor(keys=list(ROLES), values=torch.cat([users, items]), lengths=lengths.view(-1))
        found = self._bags(keyed).wait().to_dict()
        return found["user"][: len(users)], found["item"][: len(items)]

    def step(self, lr: float, momentum: float) -> None:
        """Move every row that lies here, and let go of the gradient."""
        self._adam.step(lr, momentum, {role: weight.grad for role, weight in self._weights.items()})
        for weight in self._weights.values():
            weight.grad = None

    def own(self, role: Role) -> Own:
        """Return the rows that lie here, in the memory that is trained."""
        return self._own[role]

    def state(self) -> dict[str, Tensor]:
        """Return rows and what AdamW keeps, as parts of the whole tables."""
        state: dict[str, Tensor] = {}
        for role in ROLES:
            kept = self._adam.kept(role)
            whole = {"rows": self._own[role].rows, "average": kept["exp_avg"], "squares": kept["exp_avg_sq"]}
            state |= {f"{role}.{name}": part_of(self._sizes[role], here, self._mesh) for name, here in whole.items()}
            state[f"{role}.steps"] = kept["step"]
        return state
