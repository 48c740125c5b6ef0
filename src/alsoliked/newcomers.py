"""Newcomers: what a fitted model can do for users and items it has few ratings of, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import polars as pl

from alsoliked.coldstart.attributes import How, learned_again, with_columns
from alsoliked.coldstart.attributes_report import AttributesReport, Names, fit_attributes
from alsoliked.coldstart.attributes_side import Of
from alsoliked.coldstart.first_list import FirstBy, first_list
from alsoliked.coldstart.interview import Form, Interview, State, begin
from alsoliked.coldstart.protocol import NewcomersTable, newcomers
from alsoliked.coldstart.typical import TypicalUsers, typical_users
from alsoliked.data.merging import merged
from alsoliked.data.ratings import Ratings
from alsoliked.data.vocabulary import Id
from alsoliked.data.without import without_user
from alsoliked.fitting.forget import Forgotten, drop_rows, look_for
from alsoliked.inside import Inside
from alsoliked.recommendation.answers import Answers
from alsoliked.recommendation.ranked import Ranked
from alsoliked.training.needed import check_torch

__all__ = ["Newcomers"]


class Newcomers(Inside):
    """An estimator that also knows what to do with newcomers; `Recommender` adds what it answers."""

    def first_list(
        self,
        n: int = 10,
        *,
        by: FirstBy = "rating",
        days: float | None = None,
        picks: Iterable[Id] = (),
        exclude: Iterable[Id] = (),
        among: Iterable[Id] | None = None,
    ) -> Ranked:
        """List items for somebody of whom nothing is known, from the training ratings and the item table alone.

        The parameters are those of `alsoliked.first_list`, which needs no model.
        """
        return first_list(self.fitted.train, by, n, days=days, picks=picks, exclude=exclude, among=among)

    def typical_users(self, n_tastes: int = 4, *, seed: int = 0) -> TypicalUsers:
        """Find who may stand for somebody unknown: the mean, the user in the middle, one for each kind of taste.

        Print what comes, or call its `measured(held_out)` to see how well each stands for users who were not there.

        Raises
        ------
        OptionError
            If the model predicts no ratings, or there are fewer users than tastes.
        """
        return typical_users(self.fitted, n_tastes, seed)

    def forget_user(
        self, user: Id, *, refit: bool = True, on_progress: Callable[[float], None] | None = None
    ) -> tuple[Self, Forgotten]:
        """Return a model without a user, and the proof that nothing of theirs is left; this one stays as it is.

        Parameters
        ----------
        user
            An id.
        refit
            Fit again to the ratings of all others, with the same options and seed: the model is then the one that
            never saw them. Without it their ratings and rows go at once, and the proof says what remains.
        on_progress
            Called now and then with the share of the fit that is done.

        Raises
        ------
        UnknownIdError
            If there is no such user.
        MissingExtraError
            Without PyTorch.
        """
        check_torch("forgetting a user")
        answers = self.fitted
        left = without_user(answers.train, user)
        held_out = None if self.held_out_ is None else left.part(self.held_out_)
        other = type(self)(**self.get_params())
        if refit or answers.rating is None:
            other.fit(left.ratings, held_out, on_progress=on_progress)
            other.answers_ = learned_again(other.fitted, answers, int(self.seed))
        else:
            weighted = self.options_.get("user_weights")
            other.answers_, other.held_out_ = drop_rows(answers, left, int(self.seed), weighted), held_out
            other.history_, other.tried_, other.options_ = self.history_, self.tried_, self.options_
        other.answers_ = other.fitted.reranked(answers.reranking)
        refitted = refit or answers.rating is None
        return other, look_for(user, (answers, self.held_out_), other.fitted, left, refitted=refitted)

    def update(
        self,
        new_ratings: Ratings | None = None,
        *,
        users: pl.DataFrame | None = None,
        items: pl.DataFrame | None = None,
        seed: int | None = None,
        on_progress: Callable[[float], None] | None = None,
    ) -> Self:
        """Return a model that knows these ratings too, without fitting anew what took long to fit; this one stays.

        New users, new items and changed ratings get their rows; where a pair was rated before, the new rating counts.
        What is done depends on the model (docs/explanation/update.md); with nothing new the answers stay the same.

        Parameters
        ----------
        new_ratings
            With ids of their own; None: only tables came.
        users, items
            What is known of users and items, with the id in a column `user` or `item`; also of those without ratings.
        seed
            Decides everything random; None: the seed of the fit.
        on_progress
            Called now and then with the share of the work that is done.

        Raises
        ------
        DataError
            If nothing came, a rating is off the scale, ids are of another type, or timestamps are missing.
        OptionError
            If the model is of a kind that cannot be updated.
        MissingExtraError
            Without PyTorch.
        """
        check_torch("updating a model")
        from alsoliked.fitting.update import update_answers  # noqa: PLC0415

        news = merged(self.fitted.train, new_ratings, users, items)
        other = type(self)(**self.get_params())
        other.options_, other.history_, other.tried_ = self.options_, self.history_, self.tried_
        task = self._task(news.ratings, self.seed if seed is None else seed, on_progress)
        tried = None if self.tried_ is None else self.tried_.to_dicts()
        other.answers_ = self.fitted if news.nothing_new else update_answers(self.fitted, news, task, tried)
        other.answers_ = other.answers_.reranked(self.fitted.reranking)
        other.held_out_ = None if self.held_out_ is None else news.part(self.held_out_)
        return other

    def interview(
        self,
        *,
        form: Form = "rate",
        most: int = 8,
        least: int = 3,
        worth: float = 0.004,
        given: Mapping[Id, float] | None = None,
        columns: Mapping[str, Any] | None = None,
        exclude: Iterable[Id] = (),
        state: Mapping[str, Any] | None = None,
    ) -> Interview:
        """Interview somebody nobody has seen: a few questions, each the one whose answer is expected to tell most.

        What comes is a value: its `question` says what to ask, `answered(item, rating)` returns the interview after a
        reply (None: "haven't seen it"), `recommend(n)` lists at any time, and `to_dict()` is all it has to remember.

        Parameters
        ----------
        form
            ``"rate"``: one item a question. ``"pair"``: which of two was liked more. ``"pick_three"``: first a page of
            items of which three are picked, then one item a question.
        most, least
            At most and at least so many questions.
        worth
            Between those it ends once a reply is expected to lower the error of predictions by a smaller share.
        given
            Ratings known beforehand, ``{item id or title: rating}``.
        columns
            What else is known of the person, where `fit_attributes` has learned what that says.
        exclude
            Never ask about these items (ids or titles).
        state
            What `to_dict()` of an earlier interview returned, instead of all options: go on from there.

        Raises
        ------
        OptionError
            If the model predicts no ratings, or an option is unfit.
        DataError
            If `state` is no interview's.
        UnknownItemError, AmbiguousTitleError
            If an item means nothing, or too much, here.
        """
        asked = State(form, most, least, worth, columns=dict(columns or {}), exclude=tuple(exclude))
        return begin(self.fitted, asked, given, state)

    def fit_attributes(
        self,
        *,
        users: Names = None,
        items: Names = None,
        how: How = "best",
        seed: int = 0,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> AttributesReport:
        """Learn what the columns of the user or item table say of rows, for newcomers with few ratings or none.

        From then on `recommend(columns={"age": 24}, given=...)` starts from the row that columns let one expect. The
        rows of trained users and items stay as they are.

        Parameters
        ----------
        users, items
            ``"all"`` for every column that says something, or names of columns; None: not that side.
        how
            ``"linear"``: ridge regression. ``"net"``: embeddings, then layers. ``"best"``: whichever misses less on
            rows held out.
        seed
            Decides everything random.
        on_progress
            Called with the sides done and the sides in all.

        Returns
        -------
        AttributesReport
            What it is worth, tried on a fifth that it is not learned from; print it.

        Raises
        ------
        OptionError
            If the model predicts no ratings, or an option is unfit.
        DataError
            If there is no table, or a column says nothing.
        """
        told = fit_attributes(self.fitted, users=users, items=items, how=how, seed=seed, on_progress=on_progress)
        self.answers_, report = told
        return report

    def measure_newcomers(
        self,
        of: Of = "users",
        *,
        given: Sequence[int] | None = None,
        folds: int = 5,
        columns: bool = True,
        seed: int = 0,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> NewcomersTable:
        """Measure how well a model with these options meets users, or items, that it was not trained with.

        It is fitted anew for each fold, to the training ratings without the fold's users; see
        `alsoliked.coldstart.protocol.newcomers`. With `columns` it also learns what their table says of them.

        Raises
        ------
        OptionError
            If the model predicts no ratings, or `given` and `folds` do not fit.
        DataError
            If too few have enough ratings.
        """
        params, table = self.get_params(), getattr(self.fitted.train, f"{of.removesuffix('s')}_table")

        def fit(train: Ratings) -> Answers:
            answers = type(self)(**params).fit(train).fitted
            return answers if table is None or not columns else with_columns(answers, of, seed)

        return newcomers(fit, self.fitted.train, of, given=given, folds=folds, seed=seed, on_progress=on_progress)
