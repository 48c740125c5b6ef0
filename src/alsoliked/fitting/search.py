"""Search: better settings than the defaults, proposed by Optuna from what was tried before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

from alsoliked.errors import MissingExtraError
from alsoliked.fitting.spaces import SPACES, Range
from alsoliked.fitting.trials import Trials

__all__ = ["search"]

REACH = 1.02  # times the least error: searching seldom takes a model further down than that
MOST = 60  # settings; more only fit the ratings they are measured on
IN_VAIN = 3  # settings in turn that would take too long


def search(trials: Trials, seed: int) -> None:
    """Try settings of the models that come close to the best, each model as long, until time or patience is up.

    Each model has a study of its own (tree-structured Parzen estimators: Bergstra and others 2011).

    Raises
    ------
    MissingExtraError
        Without Optuna.
    """
    optuna = _optuna()
    bound = REACH * min(trials.error(name) for name in SPACES)
    near = [name for name in SPACES if trials.error(name) <= bound]
    studies = {name: _study(optuna, seed) for name in near if trials.error(name) < float("inf")}
    seconds = dict.fromkeys(studies, 0.0)
    in_vain = 0
    for _ in range(MOST if studies else 0):
        if trials.time_left() <= 0 or in_vain >= IN_VAIN:
            return
        name = min(seconds, key=seconds.__getitem__)
        asked = studies[name].ask(_distributions(optuna, name))
        tried = trials.run((name, {option: _short(value) for option, value in asked.params.items()}))
        seconds[name] += tried.seconds
        failed = tried.rmse is None
        studies[name].tell(asked, tried.rmse, state=optuna.trial.TrialState.FAIL if failed else None)
        in_vain = in_vain + 1 if failed else 0


def _optuna() -> ModuleType:
    try:
        return import_module("optuna")
    except ImportError as error:
        told = "searching for settings needs Optuna; install it with: pip install 'alsoliked[tune]'."
        raise MissingExtraError(told) from error


def _study(optuna: ModuleType, seed: int) -> Any:  # noqa: ANN401  Optuna's own
    with _quiet(optuna):
        return optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=6))


@contextmanager
def _quiet(optuna: ModuleType) -> Iterator[None]:
    """Keep Optuna from announcing a study, and leave its logging as it was."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _distributions(optuna: ModuleType, name: str) -> Mapping[str, Any]:
    found = optuna.distributions
    kinds = {True: found.IntDistribution, False: found.FloatDistribution}
    return {
        option: kinds[span.whole](span.low, span.high, log=span.ratio)
        if isinstance(span, Range)
        else found.CategoricalDistribution(span)
        for option, span in SPACES[name].items()
    }


def _short(value: Any) -> Any:  # noqa: ANN401  as Optuna proposed it
    """Cut a number to three digits: nobody can tell the difference, and it can be typed again."""
    return float(f"{value:.3g}") if isinstance(value, float) else value
