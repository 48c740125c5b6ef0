"""Arrays in safetensors files: small ones together, each large one in a file of its own, which is mapped when read.

A mapped array takes no memory of the process: the system reads the pages that are asked for, shares them among all who
map the file, and drops them again when memory is short. An array is never cut into several files, since it could not be
mapped as one any more.
"""

from __future__ import annotations

import json
import math
import mmap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

__all__ = ["ARRAYS", "LARGE", "Arrays", "read_arrays", "write_arrays"]

Arrays: TypeAlias = dict[str, npt.NDArray[Any]]

ARRAYS = "arrays.safetensors"
LARGE = 64 << 20  # bytes from which an array has a file of its own, and is mapped
BLOCK = 16 << 20  # bytes of a large array that are written at a time
TYPES: Mapping[str, str] = MappingProxyType({"F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8"})


def write_arrays(folder: Path, arrays: Mapping[str, npt.NDArray[Any]], large: int = LARGE) -> None:
    """Write arrays into a folder; those of `large` bytes and more by block, so that they may be mapped themselves."""
    names = {dtype: name for name, dtype in TYPES.items()}
    apart = {name for name, array in arrays.items() if _large(array, large) and array.dtype.str in names}
    together = {name: np.ascontiguousarray(array) for name, array in arrays.items() if name not in apart}
    save_file(together, folder / ARRAYS)
    for name in sorted(apart):
        _write_apart(folder / f"{name}.safetensors", name, arrays[name], names[arrays[name].dtype.str])


def _large(array: npt.NDArray[Any], large: int) -> bool:
    return array.ndim > 0 and array.size > 0 and array.nbytes >= large


def _write_apart(path: Path, name: str, array: npt.NDArray[Any], dtype: str) -> None:
    """Write one array as the library would, which holds a whole copy of what it writes."""
    told = {name: {"dtype": dtype, "shape": list(array.shape), "data_offsets": [0, array.nbytes]}}
    head = json.dumps(told, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    with path.open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        for block in _blocks(array):
            file.write(np.ascontiguousarray(block).data)


def _blocks(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    rows = max(1, BLOCK * len(array) // array.nbytes)
    for start in range(0, len(array), rows):
        yield array[start : start + rows]


def read_arrays(paths: Iterable[Path], large: int = LARGE) -> Arrays:
    """Read the arrays of some files: those of `large` bytes and more as read-only memory maps.

    Raises
    ------
    SafetensorError, OSError, ValueError
        If a file is truncated or is none of this kind, or two hold an array of the same name.
    """
    found: Arrays = {}
    for path in paths:
        for name, array in _arrays_of(path, large):
            if name in found:
                raise ValueError(f"array {name} stands in two files")
            found[name] = array
    return found


def _arrays_of(path: Path, large: int) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    mapped: mmap.mmap | None = None
    with safe_open(path, framework="numpy") as file, path.open("rb") as raw:  # the library checks the header
        start = 8 + int.from_bytes(raw.read(8), "little")
        head = json.loads(raw.read(start - 8))
        for name in file.keys():  # noqa: SIM118  it is no dictionary
            told, dtype = head[name], TYPES.get(head[name]["dtype"])
            first, end = told["data_offsets"]
            if dtype is None or not told["shape"] or end - first < max(large, 1):
                yield name, file.get_tensor(name)
                continue
            mapped = mapped or mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ)
            flat = np.frombuffer(mapped, dtype, math.prod(told["shape"]), start + first)
            yield name, flat.reshape(told["shape"])
