"""Asked: what a learner's model says about rows; asking changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from alsoliked.chapter.lists import L
from alsoliked.chapter.loaders import DataLoader, DataLoaders
from alsoliked.chapter.shown import show
from alsoliked.errors import OptionError
from alsoliked.training.modes import evaluating

__all__ = ["Asked", "Metric"]

Metric: TypeAlias = Callable[[Tensor, Tensor], Tensor]

BLOCK = 65536  # rows at a time


class Asked:
    """Rows and a model to ask about them."""

    dls: DataLoaders
    model: nn.Module
    loss_func: Metric
    metrics: L

    def validate(self, ds_idx: int = 1, dl: DataLoader | None = None) -> L:
        """Return the mean loss, and the metrics, over the validation rows (0: the training rows; or other ones)."""
        predicted, actual = self.get_preds(ds_idx, dl)
        if actual is None:
            raise OptionError("these rows have no ratings to compare predictions with; pass rows that have.")
        return L(float(function(predicted, actual)) for function in (self.loss_func, *self.metrics))

    def get_preds(self, ds_idx: int = 1, dl: DataLoader | None = None) -> tuple[Tensor, Tensor | None]:
        """Return predictions and ratings of all rows in their order; the model stays as it is.

        Parameters
        ----------
        ds_idx
            1: the validation rows, 0: the training rows.
        dl
            Other rows, as `DataLoaders.test_dl` reads them.

        Returns
        -------
        predictions, ratings
            What the model returns, and shape (n, 1); ratings are None where the rows have none.
        """
        return predictions(self.model, self._rows(ds_idx, dl))

    def show_results(self, ds_idx: int = 1, dl: DataLoader | None = None, max_n: int = 9, shuffle: bool = True) -> None:
        """Show some rows with their ratings and predictions."""
        show(results(self.model, self._rows(ds_idx, dl), max_n, shuffle))

    def _rows(self, ds_idx: int, dl: DataLoader | None) -> DataLoader:
        return self.dls[ds_idx] if dl is None else dl


def predictions(model: nn.Module, rows: DataLoader) -> tuple[Tensor, Tensor | None]:
    """Return predictions and ratings of all rows, in their order, on the CPU."""
    device = next(model.parameters()).device
    x = torch.from_numpy(rows.x)
    with evaluating(model):
        out = [model(x[start : start + BLOCK].to(device)).float().cpu() for start in range(0, len(x), BLOCK)]
    actual = None if rows.y is None else torch.from_numpy(rows.y.copy())[:, None]
    return torch.cat(out), actual


def results(model: nn.Module, rows: DataLoader, n: int, shuffle: bool) -> Any:  # noqa: ANN401  a pandas DataFrame
    """Return some rows with ratings and predictions: another n each time, or the first."""
    chosen = torch.randperm(rows.n, generator=rows.looking)[:n] if shuffle else torch.arange(min(n, rows.n))
    x, y = rows.batch(chosen.numpy())
    with evaluating(model):
        predicted = model(x.to(next(model.parameters()).device)).float().cpu()
    rating = rows.names[2]
    table = rows.decoded(x, y)
    if rows.y is None:
        table = table.drop(columns=rating)
    if predicted.view(len(x), -1).shape[1] > 1:  # a score for each class
        predicted = predicted.argmax(dim=1)
    return table.assign(**{f"{rating}_pred": predicted.view(-1).numpy()})
