"""Pictures of the tables the other rooms make; no arithmetic of their own. Needs ``alsoliked[plots]``."""

from alsoliked.plots.charts import bias_ends, item_map, rating_histogram
from alsoliked.plots.saving import save_chart

__all__ = ["bias_ends", "item_map", "rating_histogram", "save_chart"]
