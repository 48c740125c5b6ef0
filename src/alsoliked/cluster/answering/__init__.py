"""Answers on Spark: a model's lists and measures, for a few whole users at a time."""
