"""Pictures of the tables the other rooms make; no arithmetic of their own. Needs ``alsoliked[plots]``."""

from alsoliked.plots.accuracy import calibration, predicted_vs_actual, residuals
from alsoliked.plots.clusters import cluster_map
from alsoliked.plots.compared import comparison
from alsoliked.plots.dress import bare, fit, heading, with_theme
from alsoliked.plots.held import clubs, factor_groups
from alsoliked.plots.inside import axes, bias_ends, meaning, near_axes, neighbours
from alsoliked.plots.leaving import handful, leaving
from alsoliked.plots.look import theme_config
from alsoliked.plots.loops import limits, narrowing
from alsoliked.plots.maps import compare_maps, item_map, quadrants
from alsoliked.plots.monitored import error_by_day, groups_by_period
from alsoliked.plots.ratings import cross_table, rating_histogram
from alsoliked.plots.rounds import rounds
from alsoliked.plots.saving import save_chart
from alsoliked.plots.served import group_gaps
from alsoliked.plots.shown import exposure, popularity_lift, popularity_shares, set_shares
from alsoliked.plots.speaks import lorenz, voices
from alsoliked.plots.tradeoff import trade_off
from alsoliked.plots.training import learning_curve, lr_find_curve, weight_decay_parabolas

__all__ = [
    "axes",
    "bare",
    "bias_ends",
    "calibration",
    "clubs",
    "cluster_map",
    "compare_maps",
    "comparison",
    "cross_table",
    "error_by_day",
    "exposure",
    "factor_groups",
    "fit",
    "group_gaps",
    "groups_by_period",
    "handful",
    "heading",
    "item_map",
    "learning_curve",
    "leaving",
    "limits",
    "lorenz",
    "lr_find_curve",
    "meaning",
    "narrowing",
    "near_axes",
    "neighbours",
    "popularity_lift",
    "popularity_shares",
    "predicted_vs_actual",
    "quadrants",
    "rating_histogram",
    "residuals",
    "rounds",
    "save_chart",
    "set_shares",
    "theme_config",
    "trade_off",
    "voices",
    "weight_decay_parabolas",
    "with_theme",
]
