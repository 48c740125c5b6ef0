"""Saved and loaded: the same answers, one safe file, never a pickle."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from safetensors import safe_open
from torch import Tensor, nn

from alsoliked.chapter import CollabDataLoaders, Embedding, Learner, Module, collab_learner, load_learner
from alsoliked.errors import BundleError, OptionError

PAIRS = pd.DataFrame({"user": [3, 9, 60], "title": ["film 01", "film 02", "film 39"]})


class OwnModel(Module):
    def __init__(self, n_users: int, n_items: int) -> None:
        self.u, self.i = Embedding(n_users, 3), Embedding(n_items, 3)
        self.norm = nn.BatchNorm1d(3)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.u(x[:, 0]) * self.i(x[:, 1])).sum(dim=1) + 3


def learners(dls: CollabDataLoaders) -> list[Learner]:
    made = [
        collab_learner(dls, 4, y_range=(0, 5.5)),
        collab_learner(dls, 4),
        collab_learner(dls, use_nn=True, layers=[8, 4], y_range=(0, 5.5)),
        Learner(dls, OwnModel(61, 41)),
    ]
    for learn in made:
        with learn.no_logging():
            learn.fit_one_cycle(1, 0.05)
    return made


def answers(learn: Learner) -> Tensor:
    return learn.get_preds(dl=learn.dls.test_dl(PAIRS))[0]


@pytest.mark.parametrize("place", range(4))
def test_exported_and_loaded_it_answers_the_same(place: int, dls: CollabDataLoaders, tmp_path: Path) -> None:
    learn = learners(dls)[place]
    path = learn.export()
    assert path == tmp_path / "export.safetensors"
    loaded = load_learner(path, model=OwnModel(61, 41) if place == 3 else None)
    assert torch.equal(answers(loaded), answers(learn))
    assert loaded.dls.classes == dls.classes
    assert loaded.dls.x_names == dls.x_names
    assert repr(loaded.model) == repr(learn.model)
    assert not loaded.model.training
    if place < 2:
        assert torch.equal(loaded.model.bias(["film 07"]), learn.model.bias(["film 07"]))


@pytest.mark.parametrize("name", ["export.pkl", "models/best.pth", "plain", "v1.2"])
def test_nothing_written_is_a_pickle(name: str, dls: CollabDataLoaders, tmp_path: Path) -> None:
    learn = learners(dls)[0]
    paths = [learn.export(name), learn.save(name)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(paths) == sorted(files)
    for path in files:
        assert path.suffix == ".safetensors"
        with pytest.raises((pickle.UnpicklingError, ValueError, EOFError, KeyError, IndexError)):
            pickle.loads(path.read_bytes())
        with safe_open(path, framework="np") as file:
            header = json.loads(file.metadata()["alsoliked"])
        assert header["class"] == "EmbeddingDotBias"
    assert torch.equal(answers(load_learner(tmp_path / name)), answers(learn))


def test_saved_weights_come_back(dls: CollabDataLoaders, tmp_path: Path) -> None:
    learn = learners(dls)[3]
    before = answers(learn)
    assert learn.save("one") == tmp_path / "models" / "one.safetensors"
    with learn.no_logging():
        learn.fit_one_cycle(2, 0.05)
    assert not torch.equal(answers(learn), before)
    assert learn.load("one") is learn
    assert torch.equal(answers(learn), before)
    with learn.no_logging():
        learn.fit_one_cycle(1, 0.05)  # and it trains on
    elsewhere = Learner(dls, learn.model, path=tmp_path / "other", model_dir="weights")
    assert elsewhere.save("two") == tmp_path / "other" / "weights" / "two.safetensors"
    with pytest.raises(OptionError, match="fresh optimiser"):
        learn.save("three", with_opt=True)
    with pytest.raises(OptionError, match="fresh optimiser"):
        learn.load("one", with_opt=True)


def test_a_class_of_ones_own_must_be_brought(dls: CollabDataLoaders) -> None:
    path = learners(dls)[3].export("own")
    with pytest.raises(BundleError, match=r"holds the weights of OwnModel, a class of your own.*model=OwnModel\(…\)"):
        load_learner(path)
    with pytest.raises(
        BundleError, match=r"another model, OwnModel: i\.weight has shape \(41, 3\) there and \(40, 3\)"
    ):
        load_learner(path, model=OwnModel(61, 40))


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "it ran",))

    (tmp_path / "export.pkl").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(BundleError, match="is a pickle, which would run whatever is in it; it is not read"):
        load_learner(tmp_path / "export.pkl")
    (tmp_path / "renamed.safetensors").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(BundleError, match=r"is not what learn\.save or learn\.export wrote"):
        load_learner(tmp_path / "renamed")
    assert not (tmp_path / "it ran").exists()


def test_what_is_not_such_a_file_is_said(dls: CollabDataLoaders, tmp_path: Path) -> None:
    learn = learners(dls)[0]
    with pytest.raises(BundleError, match=r"no file .*nothing\.safetensors; expected one that"):
        learn.load("nothing")
    with pytest.raises(BundleError, match=r"written by learn\.save .*take it in with learn\.load"):
        load_learner(learn.save("weights"))
    whole = learn.export("whole")
    whole.write_bytes(whole.read_bytes()[:-100])
    with pytest.raises(BundleError, match="is not what"):
        load_learner(whole)
    learn.save("dot")
    with pytest.raises(BundleError, match="those of another model, EmbeddingDotBias"):
        learners(dls)[2].load("dot")
    (tmp_path / "taken").write_text("")
    with pytest.raises(BundleError, match="cannot write"):
        learn.export(tmp_path / "taken" / "below")
