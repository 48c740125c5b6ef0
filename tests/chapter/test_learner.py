"""The chapter's learner: every knob turns something, every look leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn

from alsoliked.chapter import (
    CollabDataLoaders,
    CrossEntropyLossFlat,
    Embedding,
    EmbeddingDotBias,
    EmbeddingNN,
    Learner,
    Module,
    MSELossFlat,
    collab_learner,
    mae,
    rmse,
    sigmoid_range,
)
from alsoliked.errors import DataError, NotFittedError, OptionError, TrainingError, UnknownItemError, UnknownUserError

Dls = CollabDataLoaders


class OwnModel(Module):
    """The chapter's model, as its readers write it."""

    def __init__(self, n_users: int, n_items: int, y_range: Any = (0, 5.5)) -> None:
        self.u, self.i = Embedding(n_users, 4), Embedding(n_items, 4)
        self.ub, self.ib = Embedding(n_users, 1), Embedding(n_items, 1)
        self.y_range = y_range

    def forward(self, x: Tensor) -> Tensor:
        score = (self.u(x[:, 0]) * self.i(x[:, 1])).sum(dim=1, keepdim=True)
        return sigmoid_range(score + self.ub(x[:, 0]) + self.ib(x[:, 1]), *self.y_range)


def own(dls: Dls, **options: Any) -> OwnModel:
    torch.manual_seed(1)
    return OwnModel(len(dls.classes["user"]), len(dls.classes["title"]), **options)


def trained(learn: Learner, n_epoch: int = 2, **options: Any) -> Learner:
    with learn.no_logging():
        learn.fit_one_cycle(n_epoch, **{"lr_max": 0.05, **options})
    return learn


def weights(learn: Learner) -> list[Tensor]:
    return [p.detach().clone() for p in learn.model.parameters()]


def same(one: list[Tensor], other: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


KINDS: dict[str, Callable[[Dls], Learner]] = {
    "dot": lambda dls: collab_learner(dls, 4, y_range=(0, 5.5)),
    "net": lambda dls: collab_learner(dls, use_nn=True, layers=[8], y_range=(0, 5.5)),
    "own": lambda dls: Learner(dls, own(dls), loss_func=MSELossFlat()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_learns_what_was_planted(kind: str, dls: Dls) -> None:
    """Offsets alone explain these ratings but for rounding; always guessing the mean leaves 1.3."""
    learn = trained(KINDS[kind](dls), 15, wd=0.01)
    guessed = float(np.mean((dls.valid.y - dls.train.y.mean()) ** 2))
    assert learn.final_record[1] < 0.2 * guessed
    assert learn.validate()[0] == pytest.approx(learn.final_record[1], abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_reaches_every_parameter(kind: str, dls: Dls) -> None:
    learn = KINDS[kind](dls)
    before = weights(learn)
    trained(learn, 1, wd=0.0)
    assert all(not torch.equal(a, b) for a, b in zip(before, weights(learn), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_same_seed_same_numbers_and_nothing_global_is_drawn_from(kind: str, dls: Dls) -> None:
    first, second = KINDS[kind](dls), KINDS[kind](dls)
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    trained(first)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert np.array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002
    torch.rand(7)
    assert same(weights(first), weights(trained(second)))


@pytest.mark.parametrize("kind", KINDS)
def test_looking_changes_nothing(kind: str, dls: Dls, capsys: pytest.CaptureFixture[str]) -> None:
    learn = trained(KINDS[kind](dls))
    looked_at = KINDS[kind](dls)
    trained(looked_at)
    looked_at.model.train()
    modes = [m.training for m in looked_at.model.modules()]
    state = torch.get_rng_state()
    looked_at.validate()
    looked_at.get_preds()
    looked_at.show_results()
    looked_at.lr_find(num_it=20)
    dls.show_batch()
    dls.one_batch()
    assert [m.training for m in looked_at.model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), state)
    assert same(weights(learn), weights(looked_at))
    assert same(weights(trained(learn)), weights(trained(looked_at)))  # not even what comes next
    capsys.readouterr()


def test_the_built_in_models_train_as_autograd_would(dls: Dls) -> None:
    """Their gradients are written out; a subclass with a forward of its own goes through autograd."""

    class ThroughAutograd(EmbeddingDotBias):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x)

    class NetThroughAutograd(EmbeddingNN):
        def forward(self, x: Tensor) -> Tensor:
            return super().forward(x)

    def start() -> torch.Generator:
        return torch.Generator().manual_seed(4)

    sizes = [(61, 5), (41, 6)]
    pairs = [
        [kind(4, 61, 41, (0, 5.5), start()) for kind in (EmbeddingDotBias, ThroughAutograd)],
        [kind(sizes, [8, 4], (0, 5.5), generator=start()) for kind in (EmbeddingNN, NetThroughAutograd)],
    ]
    for written_out, autograd in pairs:
        learners = [trained(Learner(dls, model), wd=0.1) for model in (written_out, autograd)]
        for one, other in zip(*map(weights, learners), strict=True):
            assert torch.allclose(one, other, atol=2e-4)


def test_the_table_is_printed_and_kept(dls: Dls, capsys: pytest.CaptureFixture[str]) -> None:
    learn = collab_learner(dls, 4, y_range=(0, 5.5), metrics=[rmse, mae])
    assert learn.recorder.final_record == []
    learn.fit_one_cycle(2, 0.05)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["epoch", "train_loss", "valid_loss", "rmse", "mae", "time"]
    assert [line.split()[0] for line in lines[1:]] == ["0", "1"]
    assert learn.recorder.metric_names == lines[0].split()
    record = learn.final_record
    assert [f"{figure:.6f}" for figure in record] == lines[2].split()[1:-1]
    assert record[2] == pytest.approx(record[1] ** 0.5, abs=1e-6)
    assert learn.recorder.values[-1] == learn.recorder.final_record == record
    assert learn.validate() == pytest.approx(record[1:], abs=1e-6)
    assert len(learn.recorder.history) == 2
    with learn.no_logging(), learn.no_bar():
        learn.fit(1, 0.01)
    assert capsys.readouterr().out == ""
    assert len(learn.recorder.values) == 1  # a run's own figures


def test_a_picture_of_the_losses(dls: Dls) -> None:
    pytest.importorskip("altair")
    for loss in (None, nn.functional.l1_loss):
        learn = trained(collab_learner(dls, 4, y_range=(0, 5.5), loss_func=loss))
        assert "valid" in learn.recorder.plot_loss().to_json()


@pytest.mark.parametrize("knob", [{"wd": 0.5}, {"lr_max": 0.01}, {"div": 2.0}, {"pct_start": 0.9}])
def test_every_knob_of_one_cycle_turns_something(knob: dict[str, float], dls: Dls) -> None:
    plain, turned = (trained(collab_learner(dls, 4, y_range=(0, 5.5)), **k) for k in ({}, knob))
    assert not same(weights(plain), weights(turned))


def test_what_a_learner_is_told_once_is_its_default(dls: Dls) -> None:
    def fitted(learn: Learner, *given: Any, **named: Any) -> list[Tensor]:
        with learn.no_logging():
            learn.fit_one_cycle(1, *given, **named)
        return weights(learn)

    def learner(**options: Any) -> Learner:
        return collab_learner(dls, 4, y_range=(0, 5.5), **options)

    assert same(fitted(learner()), fitted(learner(), 1e-3, wd=0.01))  # the chapter's library: 1e-3 and 0.01
    assert same(fitted(learner(lr=0.02, wd=0.3)), fitted(learner(), 0.02, wd=0.3))
    for method in ("fit_one_cycle", "fit"):
        one, other = learner(), learner()
        with one.no_logging(), other.no_logging():
            getattr(one, method)(1, 0.02, wd=0.0)
            getattr(other, method)(1, 0.02, wd=0.4)
        assert not same(weights(one), weights(other))


def test_fit_is_adamw_at_a_constant_rate(dls: Dls) -> None:
    """Held against PyTorch's own, step by step."""
    learn = Learner(dls, own(dls))
    model = own(dls)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, betas=(0.9, 0.99), eps=1e-5, weight_decay=0.1)
    generator = torch.Generator().manual_seed(dls.seed)
    order = torch.randperm(dls.train.n, generator=generator, dtype=torch.int32).long()
    x, y = torch.from_numpy(dls.train.x)[order], torch.from_numpy(dls.train.y)[order]
    for start in range(0, len(dls.train) * 32, 32):
        rows = slice(start, start + 32)
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x[rows])[:, 0], y[rows]).backward()
        optimizer.step()
    with learn.no_logging():
        learn.fit(1, 0.01, wd=0.1)
    for one, other in zip(weights(learn), model.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("change", [{"n_factors": 5}, {"use_nn": True}, {"y_range": (0, 6)}])
def test_every_knob_of_collab_learner_turns_something(change: dict[str, Any], dls: Dls) -> None:
    plain = trained(collab_learner(dls, n_factors=4, y_range=(0, 5.5)))
    turned = trained(collab_learner(dls, **{"n_factors": 4, "y_range": (0, 5.5), **change}))
    assert plain.final_record != turned.final_record


def test_sizes_of_the_net(dls: Dls) -> None:
    assert [
        m.out_features for m in collab_learner(dls, 12, use_nn=True).model.layers if hasattr(m, "out_features")
    ] == [12, 1]
    model = collab_learner(dls, use_nn=True, emb_szs={"title": 3}, layers=[9, 7], y_range=(0, 5.5)).model
    assert [tuple(table.weight.shape) for table in model.embeds] == [(61, 16), (41, 3)]
    assert [m.out_features for m in model.layers if hasattr(m, "out_features")] == [9, 7, 1]
    assert "y_range=(0, 5.5)" in repr(model)
    dropped = EmbeddingNN([(4, 2), (5, 2)], [6], ps=0.5, use_bn=False)
    assert [type(m).__name__ for m in dropped.layers] == ["Linear", "ReLU", "Dropout", "Linear"]


def test_a_knob_without_effect_is_refused(dls: Dls) -> None:
    with pytest.raises(OptionError, match="pass use_nn=True"):
        collab_learner(dls, layers=[100])
    with pytest.raises(OptionError, match="pass use_nn=True"):
        collab_learner(dls, emb_szs={"user": 3})
    with pytest.raises(OptionError, match="n_factors"):
        collab_learner(dls, n_factors=0)


@pytest.mark.parametrize("y_range", [(0, 0.5), (5.5, 0), (2, 5.5)])
def test_the_y_range_typo(y_range: tuple[float, float], dls: Dls) -> None:
    came = ",".join(f"{end:g}" for end in y_range)
    for make in (lambda: collab_learner(dls, y_range=y_range), lambda: Learner(dls, own(dls, y_range=y_range))):
        with pytest.raises(OptionError, match=rf"y_range=\({came}\) cannot reach ratings from 1 to 5.*\(0,5\.5\)"):
            make()


def test_a_model_that_does_not_fit_is_refused(dls: Dls) -> None:
    class Sumless(OwnModel):
        def forward(self, x: Tensor) -> Tensor:
            return self.u(x[:, 0]) * self.i(x[:, 1])

    with pytest.raises(OptionError, match="too few rows"):
        Learner(dls, OwnModel(60, 41))
    with pytest.raises(OptionError, match=r"returns shape \(2, 4\) for 2 pairs; expected \(2,\)"):
        Learner(dls, Sumless(61, 41))
    with pytest.raises(TrainingError, match="no longer a finite number"):
        trained(Learner(dls, own(dls)), lr_max=1e30)


def test_ids_of_the_model(dls: Dls) -> None:
    model = trained(collab_learner(dls, 4, y_range=(0, 5.5))).model
    films = ["film 03", "film 00"]
    rows = dls.classes["title"].map_objs(films)
    assert torch.equal(model.bias(films), model.i_bias.weight.detach()[list(rows), 0])
    assert torch.equal(model.weight(films), model.i_weight.weight.detach()[list(rows)])
    assert torch.equal(model.bias([7], is_item=False), model.u_bias.weight.detach()[[7], 0])
    assert model.weight(iter([7]), is_item=False).shape == (1, 4)
    with pytest.raises(UnknownItemError, match="item 'no such' is not among the 40 known"):
        model.bias(["no such"])
    with pytest.raises(UnknownUserError, match="user 61 is not among the 60 known"):
        model.weight([61], is_item=False)
    with pytest.raises(OptionError, match="from_classes"):
        EmbeddingDotBias(4, 61, 41).bias(["film 03"])


def test_offsets_are_those_that_were_planted(dls: Dls, planted: pd.DataFrame) -> None:
    model = trained(collab_learner(dls, 4, y_range=(0, 5.5)), 15).model
    mean = planted.groupby("title")["rating"].mean()
    assert np.corrcoef(model.bias(mean.index), mean)[0, 1] > 0.95


@pytest.mark.parametrize("kind", KINDS)
def test_the_unknown_row_is_never_trained(kind: str, dls: Dls) -> None:
    """Row 0 keeps its start but for weight decay, so its prediction says nothing about a stranger."""
    learn = KINDS[kind](dls)
    tables = [p for name, p in learn.model.named_parameters() if p.ndim == 2 and len(p) in (61, 41)]
    before = [table.detach().clone() for table in tables]
    trained(learn, wd=0.0)
    for table, start in zip(tables, before, strict=True):
        assert torch.equal(table[0], start[0])
        assert not torch.equal(table[1], start[1])


def test_predictions_of_other_rows(dls: Dls) -> None:
    learn = trained(collab_learner(dls, 4, y_range=(0, 5.5)), 5)
    predicted, actual = learn.get_preds()
    assert predicted.shape == (dls.valid.n,)
    assert actual[:, 0].tolist() == dls.valid.y.tolist()
    assert learn.get_preds(ds_idx=0)[0].shape == (dls.train.n,)
    pairs = pd.DataFrame({"user": [3, 3], "title": ["film 01", "film 02"]})
    alone, none = learn.get_preds(dl=dls.test_dl(pairs))
    assert none is None
    users, items = learn.model.u_weight.weight[3], learn.model.i_weight.weight[[2, 3]]
    score = items @ users + learn.model.u_bias.weight[3] + learn.model.i_bias.weight[[2, 3], 0]
    assert torch.allclose(alone, sigmoid_range(score, 0, 5.5), atol=1e-6)
    with pytest.raises(OptionError, match="no ratings to compare"):
        learn.validate(dl=dls.test_dl(pairs))
    assert learn.validate(dl=dls.test_dl(pairs.assign(rating=alone.detach().numpy())))[0] == pytest.approx(0, abs=1e-9)
    assert Learner(dls, own(dls)).get_preds()[0].shape == (dls.valid.n, 1)  # as the model returns it


def test_show_results(dls: Dls, capsys: pytest.CaptureFixture[str]) -> None:
    learn = trained(collab_learner(dls, 4, y_range=(0, 5.5)), 5)
    learn.show_results(max_n=3, shuffle=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["user", "title", "rating", "rating_pred"]
    assert float(lines[1].split()[-1]) == pytest.approx(float(learn.get_preds()[0][0]), abs=1e-4)
    assert len(lines) == 4
    learn.show_results()
    assert len(capsys.readouterr().out.splitlines()) == 10
    learn.show_results(dl=dls.test_dl(pd.DataFrame({"user": [3], "title": ["film 01"]})))
    assert capsys.readouterr().out.splitlines()[0].split() == ["user", "title", "rating_pred"]


def test_another_loss_trains_another_model(dls: Dls) -> None:
    plain = trained(Learner(dls, own(dls)))
    for loss in (nn.functional.l1_loss, nn.HuberLoss(), lambda p, a: ((p - a) ** 4).mean()):
        other = trained(Learner(dls, own(dls), loss_func=loss))
        assert not same(weights(plain), weights(other))
    spelled_out = trained(Learner(dls, own(dls), loss_func=nn.functional.mse_loss))
    assert same(weights(plain), weights(spelled_out))


def test_a_score_for_each_number_of_stars(planted: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    class Levels(Module):
        def __init__(self, n_users: int, n_items: int) -> None:
            self.u, self.i = Embedding(n_users, 5), Embedding(n_items, 5)

        def forward(self, x: Tensor) -> Tensor:
            return self.u(x[:, 0]) + self.i(x[:, 1])

    numbered = planted.assign(rating=planted["rating"].astype(int) - 1)
    dls = CollabDataLoaders.from_df(numbered, seed=5, bs=32)
    learn = trained(Learner(dls, Levels(61, 41), loss_func=CrossEntropyLossFlat()), 12, lr_max=0.1)
    assert learn.final_record[1] < 1.1 < np.log(5)
    predicted, actual = learn.get_preds()
    assert (predicted.argmax(dim=1) == actual[:, 0]).float().mean() > 0.5
    learn.show_results(max_n=2)
    assert capsys.readouterr().out.splitlines()[1].split()[-1] in "01234"
    halves = CollabDataLoaders.from_df(planted.assign(rating=planted["rating"] / 2), seed=5)
    with pytest.raises(OptionError, match="class numbers 0, 1, 2"):
        Learner(halves, Levels(61, 41), loss_func=CrossEntropyLossFlat())


def test_parts_can_be_exchanged(dls: Dls, planted: pd.DataFrame) -> None:
    """As notebooks do: another loss, other rows, another model in the same learner."""
    learn = trained(collab_learner(dls, 4, y_range=(0, 5.5)))
    learn.model = own(dls)
    before = weights(learn)
    assert not same(before, weights(trained(learn)))
    learn.loss_func = nn.functional.l1_loss
    assert learn.validate()[0] == pytest.approx(float(mae(*learn.get_preds())), abs=1e-6)
    trained(learn, 1, lr_max=1e-9)
    assert learn.final_record[1] == pytest.approx(float(mae(*learn.get_preds())), abs=1e-4)
    learn.dls = CollabDataLoaders.from_df(planted.assign(user=range(len(planted))), seed=1)
    with pytest.raises(OptionError, match="too few rows"):
        trained(learn)


def test_a_model_for_other_ids_is_refused(dls: Dls, planted: pd.DataFrame) -> None:
    """Rows would be mixed up without a word: the same number of users, other users."""
    learn = collab_learner(dls, 4, y_range=(0, 5.5))
    learn.dls = CollabDataLoaders.from_df(planted.assign(user=planted["user"] + 1), seed=1)
    with pytest.raises(DataError, match="made for other ids"):
        learn.fit(1)


def test_without_rows_it_cannot_train(dls: Dls, tmp_path: Any) -> None:
    from alsoliked.chapter import load_learner

    loaded = load_learner(trained(collab_learner(dls, 4, y_range=(0, 5.5))).export(tmp_path / "x"))
    for train in (lambda: loaded.fit(1), lambda: loaded.fit_one_cycle(1), loaded.lr_find):
        with pytest.raises(NotFittedError, match=r"without training rows; set learn\.dls"):
            train()
    loaded.dls = dls
    before = weights(loaded)
    assert not same(before, weights(trained(loaded)))
