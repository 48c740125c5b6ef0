"""Tables split by row and moved by row-wise Adagrad in the backward pass, with TorchRec's sequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from fbgemm_gpu.split_embedding_configs import EmbOptimType
from fbgemm_gpu.split_table_batched_embeddings_ops_training import WeightDecayMode
from torch import Tensor
from torchrec import EmbeddingCollection, EmbeddingConfig
from torchrec.distributed.embedding import EmbeddingCollectionSharder
from torchrec.sparse.jagged_tensor import KeyedJaggedTensor

from alsoliked.cluster.rows import Role
from alsoliked.cluster.training.rowwise import EPS, padded
from alsoliked.cluster.training.sharded.splitting import mesh, named, own, part_of, split
from alsoliked.cluster.training.tables import ROLES, Own

__all__ = ["SequenceTables"]


class SequenceTables:
    """Tables moved by row-wise Adagrad: the rows of a batch alone, within the backward pass.

    It takes half the memory of AdamW's weights and gradients alone, since no gradient is ever laid out, and a step
    costs what its batch costs, however long the tables are.

    Parameters
    ----------
    sizes, widths
        How many rows each table has, and how many numbers a row; FBGEMM wants multiples of 4 and gets them (`padded`).
    wd
        Decoupled weight decay of the rows that a step touches.
    """

    def __init__(self, sizes: Mapping[Role, int], widths: Mapping[Role, int], *, wd: float) -> None:
        self._sizes, self._mesh = sizes, mesh()
        fused = {"optimizer": EmbOptimType.EXACT_ROWWISE_ADAGRAD, "eps": EPS, "learning_rate": 0.0}
        fused |= {"weight_decay": wd, "weight_decay_mode": WeightDecayMode.DECOUPLE}
        by_width: dict[int, list[Role]] = {}  # the tables of one collection are of one width
        for role in ROLES:
            by_width.setdefault(padded(widths[role]), []).append(role)
        self._groups = [(roles, _collection(roles, sizes, width, fused)) for width, roles in by_width.items()]
        self._own = {role: own(tables, role) for roles, tables in self._groups for role in roles}

    def before(self, lr: float) -> None:
        """Set the learning rate: FBGEMM reads it in the forward pass, not in the backward pass that uses it."""
        for _, tables in self._groups:
            for group in tables.fused_optimizer.param_groups:
                group["lr"] = lr
            tables.fused_optimizer.step()  # moves nothing: it hands the learning rate over

    def fetch(self, users: Tensor, items: Tensor, room: int) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        """Return the rows of this process's pairs, (batch, padded width) each; the backward pass moves them."""
        n = len(users)
        asked: dict[Role, Tensor] = {"user": users, "item": items}
        if not n:  # an empty batch crashes TorchRec; rows 0 are fetched, and not made use of
            asked = dict.fromkeys(ROLES, torch.zeros(1, dtype=torch.int64))
        waited = [tables(_keyed(roles, asked)) for roles, tables in self._groups]
        found = {role: rows.values() for group in waited for role, rows in group.wait().items()}
        return found["user"][:n], found["item"][:n]

    def step(self, lr: float, momentum: float) -> None:
        """Nothing: the backward pass moved the rows."""

    def own(self, role: Role) -> Own:
        """Return the rows that lie here, in the memory that is trained."""
        return self._own[role]

    def state(self) -> dict[str, Tensor]:
        """Return rows and what Adagrad keeps, one number a row, as parts of the whole tables."""
        state: dict[str, Tensor] = {}
        for roles, tables in self._groups:
            kept = [table for some in tables.fused_optimizer.state_dict()["state"].values() for table in some.values()]
            for role, squares in zip(roles, kept, strict=True):
                here = {"rows": self._own[role].rows, "squares": squares.local_shards()[0].tensor}
                state |= {f"{role}.{name}": part_of(self._sizes[role], part, self._mesh) for name, part in here.items()}
        return state


def _collection(roles: list[Role], sizes: Mapping[Role, int], width: int, fused: Mapping[str, Any]) -> Any:  # noqa: ANN401
    configs = [
        EmbeddingConfig(name=named(role), num_embeddings=sizes[role], embedding_dim=width, feature_names=[role])
        for role in roles
    ]
    tables = EmbeddingCollection(tables=configs, device=torch.device("meta"))
    return split(tables, [named(role) for role in roles], EmbeddingCollectionSharder(fused_params=dict(fused)), "fused")


def _keyed(roles: list[Role], asked: Mapping[Role, Tensor]) -> KeyedJaggedTensor:
    values = torch.cat([asked[role] for role in roles])
    return KeyedJaggedTensor(keys=list(roles), values=values, lengths=torch.ones(len(values), dtype=torch.int32))
