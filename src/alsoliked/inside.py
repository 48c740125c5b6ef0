"""Inside: what a fitted model can be asked about itself; ids and titles outside, every method a few lines."""

from __future__ import annotations

import numpy as np
import polars as pl

from alsoliked.errors import OptionError
from alsoliked.estimator import Estimator
from alsoliked.interpretation.bias import bias_table
from alsoliked.interpretation.components import principal_components
from alsoliked.models.factors import FactorModel
from alsoliked.recommendation import neighbours

__all__ = ["Inside"]


class Inside(Estimator):
    """An estimator that shows what it learned; `Recommender` adds what it answers."""

    def item_bias(self) -> pl.DataFrame:
        """Items by bias, lowest first: columns `item`, `title`, `bias`, `count`; liked or not, whatever one's taste."""
        answers = self.fitted
        labels = [answers.titles.label(i) for i in range(answers.train.n_items)]
        table = bias_table(answers.train.items.ids, labels, self._with_biases().item_bias, answers.counts)
        return table.rename({"id": "item"})

    def user_bias(self) -> pl.DataFrame:
        """Users by bias, lowest first: columns `user`, `bias`, `count`."""
        train = self.fitted.train
        table = bias_table(train.users.ids, None, self._with_biases().user_bias, train.counts_by_user())
        return table.rename({"id": "user"})

    def components(self, n: int = 2) -> pl.DataFrame:
        """Where items lie along the n directions in which their factors differ most.

        Returns
        -------
        DataFrame
            Columns `item`, `title`, `c1` … `cn`, `count`; items with training ratings only.
        """
        answers = self.fitted
        rated = np.flatnonzero(answers.counts)
        found = principal_components(neighbours.with_factors(self.fitted).item_factors[rated], n)
        places = {f"c{k + 1}": found.places[:, k] for k in range(n)}
        labels = pl.Series([answers.titles.label(int(i)) for i in rated], dtype=pl.String)
        head = {"item": answers.train.items.decode(rated), "title": labels}
        return pl.DataFrame({**head, **places, "count": answers.counts[rated]})

    def _with_biases(self) -> FactorModel:
        model = self.fitted.rating
        if not isinstance(model, FactorModel) or self.model in ("dot", "global_mean"):
            raise OptionError(f"model {self.model!r} has no biases to show; fit 'dot_bias' or 'damped_bias'.")
        return model
