"""Pictures of the tables the other rooms make; no arithmetic of their own. Needs ``alsoliked[plots]``."""

from alsoliked.plots.accuracy import calibration, predicted_vs_actual, residuals
from alsoliked.plots.clusters import cluster_map
from alsoliked.plots.compared import comparison
from alsoliked.plots.dress import bare, fit, heading, with_theme
from alsoliked.plots.inside import axes, bias_ends, meaning, near_axes, neighbours
from alsoliked.plots.look import theme_config
from alsoliked.plots.maps import compare_maps, item_map, quadrants
from alsoliked.plots.ratings import cross_table, rating_histogram
from alsoliked.plots.saving import save_chart
from alsoliked.plots.training import learning_curve, lr_find_curve, weight_decay_parabolas

__all__ = [
    "axes",
    "bare",
    "bias_ends",
    "calibration",
    "cluster_map",
    "compare_maps",
    "comparison",
    "cross_table",
    "fit",
    "heading",
    "item_map",
    "learning_curve",
    "lr_find_curve",
    "meaning",
    "near_axes",
    "neighbours",
    "predicted_vs_actual",
    "quadrants",
    "rating_histogram",
    "residuals",
    "save_chart",
    "theme_config",
    "weight_decay_parabolas",
    "with_theme",
]
