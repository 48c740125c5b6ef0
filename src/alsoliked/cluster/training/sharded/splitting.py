"""A TorchRec collection of tables split by row over all processes, and which rows came to lie here."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh
from torch.distributed.tensor import DTensor, Shard
from torchrec.distributed.comm_ops import set_gradient_division
from torchrec.distributed.sharding_plan import construct_module_sharding_plan, row_wise
from torchrec.distributed.types import ShardingEnv

from alsoliked.cluster.rows import Role
from alsoliked.cluster.training.tables import Own

__all__ = ["mesh", "named", "own", "part_of", "split"]


def named(role: Role) -> str:
    """Return the name of a role's table; `users` and `items` would be methods of a collection."""
    return f"{role}_rows"


def split(collection: nn.Module, tables: list[str], sharder: Any, kernel: str) -> Any:  # noqa: ANN401  TorchRec's types
    """Split the tables of a collection that has no memory yet; on each process the result holds its own rows."""
    set_gradient_division(False)  # losses are parts of the whole batch's: gradients are summed, not averaged
    world = dist.get_world_size()
    how = {table: row_wise(compute_kernel=kernel) for table in tables}
    here = {"local_size": world, "world_size": world, "device_type": "cpu"}
    plan = construct_module_sharding_plan(collection, how, sharder=sharder, **here)
    env = ShardingEnv.from_process_group(dist.group.WORLD)
    return sharder.shard(collection, plan, env, torch.device("cpu"))


def own(collection: Any, role: Role) -> Own:  # noqa: ANN401
    """Return the rows of a table that lie here, in the memory that is trained."""
    for name, table in collection.state_dict().items():
        if name.endswith(f".{named(role)}.weight"):
            part = table.local_shards()[0]
            return Own(part.metadata.shard_offsets[0], part.tensor.detach())
    raise KeyError(named(role))


def mesh() -> DeviceMesh:
    """Return all processes in one line, as `part_of` wants them; all of them call this."""
    return init_device_mesh("cpu", (dist.get_world_size(),))


def part_of(whole: int, here: Tensor, line: DeviceMesh) -> Tensor:
    """Tell a tensor of one's own rows that it is a part of `whole` rows, split by row; the memory stays the same."""
    size = torch.Size((whole, *here.shape[1:]))
    return DTensor.from_local(here, line, (Shard(0),), run_check=False, shape=size, stride=here.stride())
