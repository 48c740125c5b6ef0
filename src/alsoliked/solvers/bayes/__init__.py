"""Hierarchical Bayesian factors, sampled: fields, their priors and links, the sampler and what is kept of it."""

from alsoliked.solvers.bayes.bayes import Bayes

__all__ = ["Bayes"]
