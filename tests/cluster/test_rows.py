"""Rows come whole or not at all, whoever writes them and from however many processes."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alsoliked.cluster.rows import Rows
from alsoliked.errors import ClusterError

SIZES = {"n_users": 1000, "n_items": 300, "user_width": 4, "item_width": 3}

WRITER = """
import sys
import numpy as np
from alsoliked.cluster.rows import Rows

folder, rank, world, how = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
rows = Rows.attach(folder)
for role, table in (("user", rows.users), ("item", rows.items)):
    start, end = (len(table) * place // world for place in (rank, rank + 1))
    mine = np.arange(start, end)[:, None] * 10 + np.arange(table.shape[1])
    if how == "map":
        table[start:end] = mine
    else:
        for first in range(start, end, 7):
            rows.write(role, first, mine[first - start : min(first + 7, end) - start])
rows.flush()
"""


def expected(n: int, width: int) -> np.ndarray:
    return (np.arange(n)[:, None] * 10 + np.arange(width)).astype(np.float32)


@pytest.mark.parametrize("how", ["map", "write"])
def test_processes_write_side_by_side(how: str, tmp_path: Path) -> None:
    rows = Rows.create(tmp_path / "rows", **SIZES)
    started = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(rows.folder), str(rank), "3", how]) for rank in range(3)
    ]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]
    about = {"kind": "factors", "model": "dot_bias", "y_range": [0.0, 5.5]}
    rows.finish(about)
    found = Rows.open(tmp_path / "rows")
    np.testing.assert_array_equal(found.users, expected(1000, 4))
    np.testing.assert_array_equal(found.items, expected(300, 3))
    assert found.about == about
    assert found.dense == {}
    with pytest.raises(ValueError, match="read-only"):
        found.users[0] = 1


def test_layers_stand_beside_the_tables(tmp_path: Path) -> None:
    rows = Rows.create(tmp_path, **SIZES)
    layers = {"layers.0.weight": np.ones((2, 7), np.float32).T, "layers.2.num_batches_tracked": np.array(3)}
    rows.finish({"kind": "net"}, layers)
    found = Rows.open(tmp_path).dense
    assert found.keys() == layers.keys()
    for name, array in layers.items():
        np.testing.assert_array_equal(found[name], array)


def test_half_written_rows_are_not_there(tmp_path: Path) -> None:
    place = tmp_path / "rows"
    with pytest.raises(ClusterError, match="is not there"):
        Rows.open(place)
    with pytest.raises(ClusterError, match="holds no rows"):
        Rows.attach(place)
    Rows.create(place, **SIZES).finish({"kind": "factors"})
    Rows.open(place)
    Rows.create(place, **SIZES)  # another run begins, and dies
    with pytest.raises(ClusterError, match=r"has no rows\.json: the run that wrote it did not end"):
        Rows.open(place)
    with pytest.raises(ValueError, match="not JSON compliant"):
        Rows.attach(place).finish({"loss": float("nan")})
    with pytest.raises(ClusterError, match="did not end"):
        Rows.open(place)


def test_a_smaller_run_leaves_nothing_of_a_larger_one(tmp_path: Path) -> None:
    Rows.create(tmp_path, **SIZES).finish({}, {"layers.0.weight": np.ones(3, np.float32)})
    Rows.create(tmp_path, n_users=2, n_items=2, user_width=1, item_width=1).finish({})
    found = Rows.open(tmp_path)
    assert (found.users.shape, found.items.shape, found.dense) == ((2, 1), (2, 1), {})
    assert not found.users.any()


def test_what_was_exchanged_is_noticed(tmp_path: Path) -> None:
    for name, n_users in (("one", 5), ("other", 6)):
        Rows.create(tmp_path / name, **{**SIZES, "n_users": n_users}).finish({})
    (tmp_path / "one" / "users.npy").replace(tmp_path / "other" / "users.npy")
    with pytest.raises(ClusterError, match=r"other tables than its rows\.json says"):
        Rows.open(tmp_path / "other")
    (tmp_path / "other" / "users.npy").write_bytes(b"\x93NUMPY, cut short")
    with pytest.raises(ClusterError, match="holds no rows"):
        Rows.open(tmp_path / "other")
    (tmp_path / "other" / "users.npy").unlink()
    Rows.create(tmp_path / "other", **SIZES).finish({})
    (tmp_path / "other" / "rows.json").write_text("{")
    with pytest.raises(ClusterError, match="cannot be read"):
        Rows.open(tmp_path / "other")


def test_other_peoples_files_stay(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ClusterError, match=r"holds thesis\.txt, which is none of our files"):
        Rows.create(tmp_path, **SIZES)
    (tmp_path / "a file").write_text("mine")
    with pytest.raises(ClusterError, match="cannot be written to"):
        Rows.create(tmp_path / "a file" / "rows", **SIZES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a file", "thesis.txt"]


def test_where_there_is_no_room_it_says_so_at_once(tmp_path: Path) -> None:
    """Not when the last page is written, where the system would end the process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))  # bytes a file may have
    try:
        with pytest.raises(ClusterError, match=r"rows cannot be written to .* \(File too large\)"):
            Rows.create(tmp_path / "rows", **SIZES)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(("start", "shape"), [(-1, (1, 4)), (999, (2, 4)), (0, (1, 3)), (0, (4,))])
def test_rows_that_have_no_place_are_refused(start: int, shape: tuple[int, ...], tmp_path: Path) -> None:
    rows = Rows.create(tmp_path, **SIZES)
    with pytest.raises(ClusterError, match=r"came for place .* of user rows \(1000, 4\)"):
        rows.write("user", start, np.ones(shape, np.float32))
    assert not rows.users.any()
