"""Newcomers: what a fitted model can do for users and items it has few ratings of, or none."""

from __future__ import annotations

from alsoliked.inside import Inside

__all__ = ["Newcomers"]


class Newcomers(Inside):
    """An estimator that also knows what to do with newcomers; `Recommender` adds what it answers."""
