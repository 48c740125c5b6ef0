"""Collaborative filtering you can read, trust and run.

The names below are the whole public surface of the first floor; each is imported when first used, so that
``import alsoliked`` costs next to nothing. Modules and the learner are one floor down: `alsoliked.models`,
`alsoliked.training`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alsoliked.lazily import imported

if TYPE_CHECKING:
    from alsoliked._version import __version__
    from alsoliked.audit.simulation import simulate
    from alsoliked.audit.whole import audit_model
    from alsoliked.coldstart.first_list import first_list
    from alsoliked.comparison.result import Comparison
    from alsoliked.comparison.run import compare
    from alsoliked.data.checkup import checkup
    from alsoliked.data.movielens.fetching import movielens
    from alsoliked.data.ratings import Ratings
    from alsoliked.data.readers import read_ratings
    from alsoliked.data.split import k_folds, leave_last, published_fold, random_split, time_split
    from alsoliked.data.sql import read_sql
    from alsoliked.errors import AlsolikedError
    from alsoliked.evaluation.report import Report, evaluate
    from alsoliked.recommendation.ranked import Ranked
    from alsoliked.recommender import Recommender

__all__ = [
    "AlsolikedError",
    "Comparison",
    "Ranked",
    "Ratings",
    "Recommender",
    "Report",
    "__version__",
    "audit_model",
    "checkup",
    "compare",
    "evaluate",
    "first_list",
    "k_folds",
    "leave_last",
    "movielens",
    "published_fold",
    "random_split",
    "read_ratings",
    "read_sql",
    "simulate",
    "time_split",
]

_HOMES = {
    "AlsolikedError": "errors",
    "Comparison": "comparison.result",
    "Ranked": "recommendation.ranked",
    "Ratings": "data.ratings",
    "Recommender": "recommender",
    "Report": "evaluation.report",
    "__version__": "_version",
    "audit_model": "audit.whole",
    "checkup": "data.checkup",
    "compare": "comparison.run",
    "evaluate": "evaluation.report",
    "first_list": "coldstart.first_list",
    "k_folds": "data.split",
    "leave_last": "data.split",
    "movielens": "data.movielens.fetching",
    "published_fold": "data.split",
    "random_split": "data.split",
    "read_ratings": "data.readers",
    "read_sql": "data.sql",
    "simulate": "audit.simulation",
    "time_split": "data.split",
}


def __getattr__(name: str) -> object:
    return imported(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return __all__
