"""Ratings in: vocabularies, validated ratings, readers, splits. polars and numpy; never torch."""
