"""What can go wrong, as a tree; catch `AlsolikedError` to catch all of it.

::

    AlsolikedError
    ├── DataError (ValueError)          the ratings as they came
    │   ├── MissingColumnError          a column that is needed is not there
    │   ├── BadRowsError                rows that cannot be read; `.report` counts them by reason
    │   ├── RepeatedPairError           one user rated one item more than once
    │   └── SourceUnavailableError      a data set that no source could give
    ├── OptionError (ValueError)        an option that is unknown, unfit or has no effect
    ├── UnknownIdError (LookupError)    an id that the vocabulary does not hold
    │   ├── UnknownUserError
    │   ├── UnknownItemError
    │   └── AmbiguousTitleError         a title that several items share
    ├── NotFittedError (RuntimeError)   an answer was asked before `fit`
    ├── TrainingError (RuntimeError)    training broke down: NaN or infinite loss
    ├── BundleError                     a saved model that is truncated, edited or foreign
    ├── ClusterError (RuntimeError)     a worker was lost or failed, or the engine that runs them did
    └── MissingExtraError (ImportError) an optional dependency is not installed

Extras are named in the message: whatever fits a model says ``pip install 'alsoliked[train]'`` where PyTorch is missing,
before it does any work. Every message says what came, what was expected and what to do next, on one line.
"""

from __future__ import annotations

__all__ = [
    "AlsolikedError",
    "AmbiguousTitleError",
    "BadRowsError",
    "BundleError",
    "ClusterError",
    "DataError",
    "MissingColumnError",
    "MissingExtraError",
    "NotFittedError",
    "OptionError",
    "RepeatedPairError",
    "SourceUnavailableError",
    "TrainingError",
    "UnknownIdError",
    "UnknownItemError",
    "UnknownUserError",
]


class AlsolikedError(Exception):
    """Anything this package refuses or fails to do."""


class DataError(AlsolikedError, ValueError):
    """The ratings, as they came, cannot be used."""


class MissingColumnError(DataError):
    """A column that is needed is not there."""


class BadRowsError(DataError):
    """Some rows cannot be read as ratings.

    Attributes
    ----------
    report
        The refused rows: counts by reason and the first of each.
    """

    def __init__(self, message: str, report: object = None) -> None:
        super().__init__(message)
        self.report = report


class RepeatedPairError(DataError):
    """One user rated one item more than once."""


class SourceUnavailableError(DataError):
    """No source could give the data set."""


class OptionError(AlsolikedError, ValueError):
    """An option that is unknown, unfit for this model, or outside its range."""


class UnknownIdError(AlsolikedError, LookupError):
    """An id that the vocabulary does not hold."""


class UnknownUserError(UnknownIdError):
    """A user that has no ratings in training."""


class UnknownItemError(UnknownIdError):
    """An item that no rating in training is about."""


class AmbiguousTitleError(UnknownIdError):
    """A title that several items share; use the id."""


class NotFittedError(AlsolikedError, RuntimeError):
    """An answer was asked of a model that has not been fitted."""


class TrainingError(AlsolikedError, RuntimeError):
    """Training broke down."""


class BundleError(AlsolikedError):
    """A saved model that is truncated, edited or foreign."""


class ClusterError(AlsolikedError, RuntimeError):
    """A worker was lost or failed, or the engine that runs the workers did."""


class MissingExtraError(AlsolikedError, ImportError):
    """An optional dependency is not installed."""
