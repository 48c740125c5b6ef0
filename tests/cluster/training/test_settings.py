"""Settings: as JSON and back, and refused where they have no effect."""

from __future__ import annotations

from typing import Any

import pytest

from alsoliked.cluster.training.settings import Settings
from alsoliked.errors import OptionError

TOLD: dict[str, Any] = {"shards": "s", "work": "w", "epochs": 2, "lr": 0.01, "wd": 0.1, "bs": 64}


@pytest.mark.parametrize(
    ("model", "options"),
    [("dot", {}), ("dot_bias", {"n_factors": 8, "y_range": (0.0, 5.5)}), ("net", {"layers": (9, 3), "dropout": 0.5})],
)
def test_they_survive_json(model: Any, options: dict[str, Any]) -> None:
    settings = Settings(model=model, options=options, checkpoint_every=7, optimizer="rowwise_adagrad", **TOLD)
    assert Settings.from_json(settings.to_json()) == settings


def test_what_is_left_out_has_the_registry_s_defaults() -> None:
    assert Settings(model="dot", **TOLD).options == {"n_factors": 50, "y_range": None}
    assert Settings(model="net", **TOLD).options["layers"] == (100, 50)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model": "als"}, "'als' is not trained on several processes"),
        ({"model": "no such"}, "unknown"),
        ({"options": {"columns": "all"}}, "columns='all' has no effect on 'dot_bias'.*train without --engine"),
        ({"options": {"loss": "cross_entropy"}}, "loss='cross_entropy' has no effect.*train without --engine"),
        ({"options": {"layers": (3,)}}, "layers"),
        ({"options": {"n_factors": 0}}, "n_factors=0"),
        ({"options": {"y_range": "auto"}}, "expected two numbers or None"),
        ({"options": {"y_range": (5, 1)}}, "y_range"),
        ({"optimizer": "sgd"}, "optimizer='sgd' is unknown"),
        ({"epochs": 0}, "epochs=0"),
        ({"bs": 1.5}, "bs=1.5"),
        ({"lr": 0}, "lr=0"),
        ({"wd": -1}, "wd=-1"),
        ({"seed": -1}, "seed=-1"),
        ({"pct_start": 1.0}, "pct_start=1.0"),
        ({"div": 0}, "div=0"),
        ({"checkpoint_every": 0}, "checkpoint_every=0"),
        ({"window": 0}, "window=0"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said) as refused:
        Settings(**{"model": "dot_bias", **TOLD, **changed})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"model": "dot"}', '{"model": "dot", "colour": 3}'])
def test_what_is_no_settings_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="no settings"):
        Settings.from_json(text)
