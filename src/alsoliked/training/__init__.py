"""Gradient descent: the learner, its loop, schedules and optimisers."""

from alsoliked.training.history import Epoch, History, print_epoch
from alsoliked.training.learner import Learner
from alsoliked.training.lr_find import LrFind

__all__ = ["Epoch", "History", "Learner", "LrFind", "print_epoch"]
