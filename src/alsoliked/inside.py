"""Inside: what a fitted model can be asked about itself; ids and titles outside, every method a few lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Id
from alsoliked.errors import DataError, OptionError
from alsoliked.estimator import Estimator
from alsoliked.evaluation.importances import column_importances
from alsoliked.interpretation import clusters as clustering
from alsoliked.interpretation.attributes import Side
from alsoliked.interpretation.bias import bias_table
from alsoliked.interpretation.clusters import ClusterMap
from alsoliked.interpretation.components import Components, Method, find_components
from alsoliked.interpretation.nearest import By, nearest
from alsoliked.interpretation.width import bias_widths
from alsoliked.models.factors import FactorModel
from alsoliked.models.options import check_whole
from alsoliked.recommendation.neighbours import with_factors

__all__ = ["Inside"]


class Inside(Estimator):
    """An estimator that shows what it learned; `Recommender` adds what it answers."""

    def item_bias(self) -> pl.DataFrame:
        """Items by bias, lowest first: liked or not, whatever one's taste.

        Returns
        -------
        DataFrame
            Columns `item`, `title`, `bias`, `width`, `count`; items with training ratings only. `width` is how sure
            the bias is, a standard deviation in the same units (see `alsoliked.interpretation.width`); null where it
            cannot be told.

        Raises
        ------
        OptionError
            If the model has no biases.
        """
        answers, model = self.fitted, self._with_biases().mirrored()
        labels = [answers.titles.label(i) for i in range(answers.train.n_items)]
        width = bias_widths(model, answers.train.by_item())
        table = bias_table(answers.train.items.ids, labels, model.user_bias, width, answers.counts)
        return table.rename({"id": "item"})

    def user_bias(self) -> pl.DataFrame:
        """Users by bias, lowest first: columns `user`, `bias`, `width`, `count`; see `item_bias`."""
        answers, model = self.fitted, self._with_biases()
        width = bias_widths(model, answers.by_user)
        table = bias_table(answers.train.users.ids, None, model.user_bias, width, answers.train.counts_by_user())
        return table.rename({"id": "user"})

    def components(self, n: int = 2, *, of: Side = "items", method: Method = "pca", seed: int = 0) -> Components:
        """Find the n directions in which the factors of items or users differ most, and where each of them lies.

        Parameters
        ----------
        n
            How many; at most `n_factors`.
        of
            ``"items"`` or ``"users"``; those with training ratings.
        method
            ``"pca"`` for principal components; ``"robust"`` for those of what is left when single large entries are
            taken out (principal component pursuit, Candès, Li, Ma & Wright 2011); ``"varimax"`` for principal
            components turned so that each item lies close to few axes (Kaiser 1958).
        seed
            Of the randomised search that long factors call for.

        Returns
        -------
        Components
            Its `table` has the places; `ends`, `quadrants`, `near_axes`, `distances` and `meaning` read them.

        Raises
        ------
        OptionError
            If the model has no factors, or not so many, or an option is unknown.
        """
        model = with_factors(self.fitted)
        if of not in ("items", "users"):
            raise OptionError(f"of={of!r} came, expected 'items' or 'users'.")
        train = self.fitted.train
        if of == "users":
            counts = train.counts_by_user()
            rated = np.flatnonzero(counts)
            head, rows = pl.DataFrame({"user": train.users.decode(rated), "count": counts[rated]}), model.user_factors
        else:
            rated = np.flatnonzero(self.fitted.counts)
            head, rows = self._head(rated), model.item_factors
        return find_components(head, rows[rated], train, n, of=of, method=method, seed=seed)

    def neighbours(self, item: Id, n: int = 10, *, by: By = "cosine", min_count: int = 20) -> pl.DataFrame:
        """List the n items nearest to an item by the factors, among those with `min_count` training ratings.

        Parameters
        ----------
        item
            An id or a title.
        n
            How many.
        by
            ``"cosine"``: whose factors point the same way. ``"dot"``: also how long they are, so that items with
            strong tastes for and against come first.
        min_count
            Items with fewer training ratings are left out.

        Returns
        -------
        DataFrame
            Columns `rank`, `item`, `title`, `cosine`, `dot`, `count`.

        Raises
        ------
        OptionError
            If the model has no factors.
        UnknownItemError, AmbiguousTitleError
            If the item means nothing, or too much, here.
        """
        rows = with_factors(self.fitted).item_factors
        index = self.fitted.titles.index(item)
        return nearest(self._head(np.arange(len(rows))), rows, index, n, by=by, min_count=min_count)

    def cluster_map(self, n: int = 40, *, min_count: int = 20, clusters: int | None = None) -> ClusterMap:
        """Order the n most rated items so that like stands beside like, and cut them into clusters.

        Parameters
        ----------
        n
            How many items, among those with `min_count` training ratings.
        clusters
            How many clusters; None for the number, 2 to 8, whose clusters are told apart best.

        Raises
        ------
        OptionError
            If the model has no factors, or there are too few items.
        MissingExtraError
            Without SciPy.
        """
        check_whole("n", n)
        check_whole("min_count", min_count, 0)
        model, counts = with_factors(self.fitted), self.fitted.counts
        most = np.argsort(-counts, kind="stable")[:n]
        most = most[counts[most] >= max(1, min_count)]
        return clustering.cluster_map(self._head(most), model.item_factors[most], self.fitted.train, most, clusters)

    def importances(self, valid: Ratings | None = None, *, repeats: int = 5, seed: int = 0) -> pl.DataFrame:
        """Measure how much a model that was trained with columns leans on each: what shuffling it does to the error.

        A column that is leaned on is not always one that helps: a model trained without it may do as well
        (docs/explanation/columns.md).

        Parameters
        ----------
        valid
            Ratings held out from the fit, with the same vocabularies. None: those that were watched.
        repeats
            Shuffles of each column, of which the mean is taken.
        seed
            Decides the shuffles.

        Returns
        -------
        DataFrame
            Columns `column`, `side` (among what it was shuffled: ``"users"``, ``"items"`` or ``"ratings"``),
            `rmse_rise`, `low` and `high` (a 95 % interval), and `says`, in words; the most important first.

        Raises
        ------
        OptionError
            If the model takes no columns.
        DataError
            If there are no held-out ratings.
        """
        answers, held_out = self.fitted, self.held_out_ if valid is None else valid
        if held_out is None:
            raise DataError("no held-out ratings came; pass some, or fit(train, valid) to have them watched.")
        of = answers.rating, answers.parts, answers.train, held_out
        return column_importances(*of, repeats=repeats, seed=seed)

    def _head(self, index: npt.NDArray[np.integer]) -> pl.DataFrame:
        answers = self.fitted
        labels = pl.Series([answers.titles.label(int(i)) for i in index], dtype=pl.String)
        return pl.DataFrame(
            {"item": answers.train.items.decode(index), "title": labels, "count": answers.counts[index]}
        )

    def _with_biases(self) -> FactorModel:
        model = self.fitted.rating
        if not isinstance(model, FactorModel) or self.model in ("dot", "global_mean"):
            raise OptionError(f"model {self.model!r} has no biases to show; fit 'dot_bias' or 'damped_bias'.")
        return model
