"""Least squares in turn by Spark's own ALS, and what it takes to make it solve what ours solves."""
