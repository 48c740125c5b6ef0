"""Names of models, and values no model can be built from."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from alsoliked.errors import OptionError
from alsoliked.models.building import build_network
from alsoliked.models.options import check_options
from alsoliked.models.registry import model_names, model_spec

UNFIT = [
    ("n_factors", 0),
    ("n_factors", -1),
    ("n_factors", 2.5),
    ("n_factors", True),
    ("layers", 5),
    ("layers", (100, 0)),
    ("layers", "100,50"),
    ("user_size", 0),
    ("item_size", -3),
    ("dropout", 1.0),
    ("dropout", -0.1),
    ("dropout", float("nan")),
    ("batch_norm", "yes"),
    ("keep_best", 1),
    ("y_range", (5, 1)),
    ("y_range", (1, 1)),
    ("y_range", (1,)),
    ("y_range", "wide"),
    ("y_range", (0, float("inf"))),
    ("item_damping", -1),
    ("user_damping", float("nan")),
    ("bs", 0),
]
FIT = {"n_factors": np.int64(5), "layers": [], "user_size": None, "item_size": 3, "dropout": 0, "batch_norm": False}


@pytest.mark.parametrize(("name", "value"), UNFIT)
def test_unfit_values_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(OptionError, match=rf"^{name}=.* came, expected ") as caught:
        check_options({name: value})
    assert "\n" not in str(caught.value)


def test_fit_values_pass() -> None:
    check_options({**FIT, "y_range": [0, 5.5], "item_damping": 0})
    check_options({"y_range": "auto", "keep_best": True, "layers": (100, 50), "lr": "not this module's"})


def test_unknown_models_are_told_what_there_is() -> None:
    with pytest.raises(OptionError, match=r"model='dotbias' is unknown; expected one of dot, dot_bias, net"):
        model_spec("dotbias")


@pytest.mark.parametrize("name", [n for n in model_names() if model_spec(n).kind == "network"])
def test_networks_are_built_as_told(name: str) -> None:
    options = dict(model_spec(name).options)
    network = build_network(name, 4, 3, options, y_range=(0, 5.5), generator=torch.Generator().manual_seed(0))
    assert isinstance(network, nn.Module)
    assert network.y_range == (0, 5.5)
    assert network.eval()(torch.tensor([3]), torch.tensor([2])).shape == (1,)
