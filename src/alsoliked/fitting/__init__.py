"""Fitting: from options and training ratings to answers; the one place where data, models and training meet."""

from alsoliked.fitting.fit import fit_answers
from alsoliked.fitting.settings import auto_y_range, default_bs, default_lr_wd, settle_options
from alsoliked.fitting.task import Fitted, Task

__all__ = ["Fitted", "Task", "auto_y_range", "default_bs", "default_lr_wd", "fit_answers", "settle_options"]
