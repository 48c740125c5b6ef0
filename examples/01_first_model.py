"""The whole road: ratings, a split, a model, how good it is, what it recommends, a folder to keep it in."""

from tempfile import TemporaryDirectory

from alsoliked import Recommender, evaluate, movielens, random_split
from alsoliked.training import print_epoch

ratings = movielens("ml-100k")  # found on this machine, or fetched once and kept
print(ratings)

train, valid = random_split(ratings, valid_pct=0.2, seed=42)
rec = Recommender("dot_bias", seed=42)
rec.fit(train, valid, on_epoch=print_epoch)

report = evaluate(rec, valid)  # on ratings it has not seen, beside what must be beaten
print(report)
print(*report.in_words("films"), sep="\n")

print("\nFor user 196:")
print(rec.recommend(196, n=5))

print("\nFor somebody nobody has seen before:")
print(rec.recommend(given={"Alien (1979)": 5, "Blade Runner (1982)": 5, "Fargo (1996)": 4}, n=5))

with TemporaryDirectory() as folder:
    rec.save(f"{folder}/bundle", about={"rmse": report["rmse"].value})
    again = Recommender.load(f"{folder}/bundle")
    print("\nThe saved model gives the same list:", again.recommend(196).items == rec.recommend(196).items)
