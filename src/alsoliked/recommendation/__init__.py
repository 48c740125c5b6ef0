"""Answers: lists, neighbours, fold-in of strangers, explanations."""

from alsoliked.recommendation.ranked import Ranked

__all__ = ["Ranked"]
