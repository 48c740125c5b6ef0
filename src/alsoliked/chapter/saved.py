"""Saved weights: one safetensors file, what they belong to as JSON in its header; nothing in it can be run."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from torch import nn

from alsoliked._version import __version__
from alsoliked.errors import BundleError

__all__ = ["SUFFIX", "place_of", "put_weights", "read_weights", "write_weights"]

SUFFIX = ".safetensors"
FORMAT = 1
Weights = dict[str, torch.Tensor]


def place_of(path: str | os.PathLike[str]) -> Path:
    """Return where a model of this name lies; ``.pth`` and ``.pkl``, which these files are not, are replaced.

    Examples
    --------
    >>> place_of("models/dot.pkl").name, place_of("models/dot").name
    ('dot.safetensors', 'dot.safetensors')
    """
    place = Path(path)
    known = place.suffix in (".pth", ".pkl", SUFFIX)
    return place.with_suffix(SUFFIX) if known else place.with_name(place.name + SUFFIX)


def write_weights(place: Path, model: nn.Module, about: Mapping[str, Any]) -> Path:
    """Write a model's parameters and buffers and what is known about them; beside its place, then moved into it.

    Raises
    ------
    BundleError
        If the place cannot be written to.
    """
    arrays = {name: np.array(tensor.detach().cpu().numpy()) for name, tensor in model.state_dict().items()}
    header = {"format": FORMAT, "alsoliked": __version__, "class": type(model).__name__, **about}
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as beside:
            part = Path(beside) / place.name
            save_file(arrays, part, metadata={"alsoliked": json.dumps(header, ensure_ascii=False, allow_nan=False)})
            part.replace(place)
    except OSError as error:
        raise BundleError(f"cannot write {place} ({error.strerror}); choose another place.") from error
    return place


def read_weights(place: Path) -> tuple[dict[str, Any], Weights]:
    """Read what `write_weights` wrote.

    Raises
    ------
    BundleError
        If nothing is there, or it is no such file.
    """
    if not place.is_file():
        pickled = next((p for p in (place.with_suffix(".pkl"), place.with_suffix(".pth")) if p.is_file()), None)
        raise BundleError(
            f"no file {place}; expected one that learn.save or learn.export wrote."
            if pickled is None
            else f"{pickled} is a pickle, which would run whatever is in it; it is not read. Train and export again."
        )
    try:
        with safe_open(place, framework="pt") as file:
            header = json.loads((file.metadata() or {})["alsoliked"])
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  not a mapping
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise BundleError(f"{place} is not what learn.save or learn.export wrote ({error}); save it again.") from error
    if header.get("format") != FORMAT:
        raise BundleError(f"{place} has format {header.get('format')!r}, expected {FORMAT}; save it again.")
    return header, weights


def put_weights(model: nn.Module, header: Mapping[str, Any], weights: Weights) -> None:
    """Put saved weights into a model.

    Raises
    ------
    BundleError
        If they are another model's.
    """
    own = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    came = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if own != came:
        name = next(n for n in sorted(own.keys() | came.keys()) if own.get(n) != came.get(n))
        raise BundleError(
            f"the weights are those of another model, {header.get('class')}: {name} has shape {came.get(name)} there"
            f" and {own.get(name)} here; make the model as it was when it was saved."
        )
    model.load_state_dict(weights)
