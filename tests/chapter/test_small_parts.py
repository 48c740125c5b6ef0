"""The small words of the chapter: lists, classes, modules, tensors, losses."""

from __future__ import annotations

import copy
import random

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from alsoliked.chapter import (
    Classes,
    CrossEntropyLossFlat,
    Embedding,
    L,
    Module,
    MSELossFlat,
    SigmoidRange,
    mae,
    mse,
    one_hot,
    pca,
    rmse,
    set_seed,
    sigmoid_range,
    tensor,
)
from alsoliked.errors import MissingExtraError


def test_a_list_is_taken_apart_by_anything_that_points() -> None:
    letters = L("abcdef"[i] for i in range(6))
    assert letters[1] == letters[torch.tensor(1)] == letters[np.int64(1)] == "b"
    for places in ([0, 2], (0, 2), torch.tensor([0, 2]), np.array([0, 2])):
        assert letters[places] == ["a", "c"]
    assert letters[[True, False, True, False, False, False]] == ["a", "c"]
    assert letters[1:3] == ["b", "c"]
    assert isinstance(letters[1:3], L)
    assert letters.items == list("abcdef")


def test_a_list_prints_its_length_and_its_beginning() -> None:
    assert repr(L([1, 2, 3])) == str(L(1, 2, 3)) == "(#3) [1,2,3]"
    assert repr(L(range(944))) == "(#944) [0,1,2,3,4,5,6,7,8,9...]"
    assert repr(L(None)) == repr(L()) == "(#0) []"
    assert repr(L("Alien")) == "(#1) ['Alien']"
    assert len(L(torch.ones(3))) == 1


def test_a_list_maps_filters_sorts_and_drops_repeats() -> None:
    numbers = L(3, 1, 3, 2)
    assert numbers.map(lambda n: 2 * n) == [6, 2, 6, 4]
    assert numbers.filter(lambda n: n > 1) == [3, 3, 2]
    assert numbers.sorted() == [1, 2, 3, 3]
    assert numbers.sorted(key=lambda n: -n) == numbers.sorted(reverse=True) == [3, 3, 2, 1]
    assert numbers.unique() == [3, 1, 2]


def test_classes_go_both_ways_and_na_is_first() -> None:
    titles = Classes(["Alien", "Fargo"])
    assert titles == ["#na#", "Alien", "Fargo"]
    assert titles.map_objs(["Fargo", "Alien"]) == [2, 1]
    assert titles.map_ids([2, 0]) == ["Fargo", "#na#"]
    assert titles[torch.tensor([1, 2])] == ["Alien", "Fargo"]
    assert Classes([7, 9]).o2i[np.int64(9)] == Classes([7, 9]).o2i[torch.tensor(9)] == 2


def test_an_unknown_id_is_row_0_and_says_so() -> None:
    titles, numbers = Classes(["Alien", "Silence of the Lambs, The (1991)"]), Classes([242, 302])
    with pytest.warns(
        UserWarning, match=r"not among the 2 known.*#na#.*Did you mean 'Silence of the Lambs, The \(1991\)"
    ):
        assert titles.o2i["Silence of the Lambs (1991)"] == 0
    with pytest.warns(UserWarning, match="'242' is not among .*242 is: ids are numbers here"):
        assert numbers.o2i["242"] == 0
    with pytest.warns(UserWarning, match="5 is not among .*'5' is: ids are text here"):
        assert Classes(["5"]).o2i[5] == 0
    assert len(titles.o2i) == 3  # looking something up adds nothing


def test_a_module_needs_no_call_of_super() -> None:
    class Bare(Module):
        def __init__(self, n: int) -> None:
            self.table = Embedding(n, 2)

    class Polite(Module):
        def __init__(self, n: int) -> None:
            super().__init__()
            self.table = Embedding(n, 2)

    for model in (Bare(4), Polite(4), copy.deepcopy(Bare(4))):
        assert [tuple(p.shape) for p in model.parameters()] == [(4, 2)]
        assert model.training
    assert list(Module().parameters()) == []


def test_an_embedding_starts_small_and_cut_off_at_two_deviations() -> None:
    table = Embedding(4000, 10).weight.detach()
    assert float(table.abs().max()) <= 0.02
    assert float(table.std()) == pytest.approx(0.0088, abs=0.0002)  # of a normal cut off at 2: 0.88 of the whole
    assert float(Embedding(4000, 10, std=0.1).weight.detach().abs().max()) > 0.15
    again = [Embedding(3, 2, generator=torch.Generator().manual_seed(8)).weight for _ in range(2)]
    assert torch.equal(*again)


def test_the_range_as_function_and_as_layer() -> None:
    x = torch.tensor([-1000.0, 0.0, 1000.0])
    assert torch.equal(SigmoidRange(0, 5.5)(x), sigmoid_range(x, 0, 5.5))
    assert sigmoid_range(x, 0, 5.5).tolist() == [0.0, 2.75, 5.5]
    assert repr(nn.Sequential(SigmoidRange(0.5, 5))).splitlines()[1].strip() == "(0): SigmoidRange(low=0.5, high=5)"


def test_tensors_of_whatever_comes() -> None:
    assert tensor(1, 2).tolist() == tensor([1, 2]).tolist() == tensor(pd.Series([1, 2])).tolist() == [1, 2]
    assert tensor(np.array([0.5])).dtype == torch.float32
    assert tensor([1, 2]).dtype == torch.int64
    assert tensor([0.5], dtype=torch.float64).dtype == torch.float64
    ready = torch.ones(2)
    assert tensor(ready) is ready
    assert one_hot(2, 4).tolist() == [0, 0, 1, 0]
    assert one_hot([0, 3], 4).tolist() == one_hot(torch.tensor([0, 3]), 4).tolist() == [1, 0, 0, 1]
    assert one_hot(2, 4).dtype == torch.uint8


def test_pca_as_method_and_as_function_against_the_covariance() -> None:
    x = torch.randn(200, 4, generator=torch.Generator().manual_seed(1)) * torch.tensor([3.0, 1.0, 0.5, 2.0]) + 7
    places = x.pca(2)
    assert places.shape == (200, 2)
    assert torch.equal(places, pca(x, 2))
    spread = torch.linalg.eigvalsh(torch.cov(x.T)).flip(0)[:2]
    assert torch.allclose(places.var(dim=0), spread, rtol=1e-3)
    assert abs(float(torch.corrcoef(places.T)[0, 1])) < 1e-4
    assert nn.Parameter(x).pca().shape == (200, 2)


def test_losses_take_columns_and_flat_tensors() -> None:
    predicted, actual = torch.tensor([3.0, 4.0]), torch.tensor([[4.0], [4.0]])
    for loss in (MSELossFlat(), mse):
        assert float(loss(predicted, actual)) == float(loss(predicted[:, None], actual[:, 0])) == 0.5
    assert float(rmse(predicted, actual)) == pytest.approx(0.5**0.5)
    assert float(mae(predicted, actual)) == 0.5
    scores = torch.randn(6, 5, generator=torch.Generator().manual_seed(2))
    classes = torch.tensor([0, 1, 4, 2, 2, 3])
    ours = CrossEntropyLossFlat()(scores, classes[:, None].float())
    assert torch.equal(ours, nn.functional.cross_entropy(scores, classes))


def test_set_seed_seeds_all_three_because_it_was_asked() -> None:
    def drawn() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), float(torch.rand(()))  # noqa: NPY002

    set_seed(3)
    first = drawn()
    assert drawn() != first
    set_seed(3)
    assert drawn() == first


def test_set_seed_holds_cuda_to_one_algorithm_if_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", False)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
    set_seed(3)
    assert not torch.backends.cudnn.deterministic
    set_seed(3, reproducible=True)
    assert (torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark) == (True, False)


def test_pictures_need_matplotlib_only_when_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    from alsoliked.chapter import plt

    monkeypatch.setitem(__import__("sys").modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match="pip install matplotlib"):
        plt.subplots()
