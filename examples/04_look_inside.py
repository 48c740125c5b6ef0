"""Look inside a model: biases, directions of taste, neighbours, and why one prediction is what it is."""

import polars as pl

from alsoliked import Recommender, movielens, random_split

train, valid = random_split(movielens("ml-100k"), valid_pct=0.2, seed=42)
rec = Recommender("dot_bias", seed=42).fit(train, valid)
often = pl.col("count") >= 50  # few ratings say little

bias = rec.item_bias().filter(often)
print("Good whatever one's taste:", *bias["title"].tail(5).reverse(), sep="\n  ")
print("Bad whatever one's taste:", *bias["title"].head(5), sep="\n  ")

places = rec.components(2).table.filter(often)
for axis in ("c1", "c2"):
    line = places.sort(axis)["title"]
    print(f"\nOne end of direction {axis}:", *line.head(4), sep="\n  ")
    print("The other end:", *line.tail(4).reverse(), sep="\n  ")

print("\nNear The Silence of the Lambs:")
print(rec.similar_items("Silence of the Lambs, The (1991)", n=5, min_count=50))

print("\nHow the users rate, from the severest to the mildest:")
print(rec.user_bias().filter(often).select("user", "bias", "count")[[0, -1]])

best = rec.recommend(196).items[0]
print("\nWhy user 196 gets the first of their list:")
print(rec.explain(196, best))
