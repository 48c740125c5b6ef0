"""Your own ratings: a csv file in, a look at it, a model, a list for a stranger.

The file is made up: 60 readers, half of them fond of science fiction, half of novels; each rates eight of twelve books.
"""

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from alsoliked import Recommender, checkup, read_ratings

SHELVES = {
    "science fiction": ("Dune", "Ubik", "Solaris", "Neuromancer", "Foundation", "Hyperion"),
    "novels": ("Emma", "Middlemarch", "Ulysses", "Buddenbrooks", "Madame Bovary", "Beloved"),
}


def write_ratings(path: Path) -> None:
    """Write who rated which book how, with the reader's own shelf rated higher and more often."""
    dice = random.Random(1)  # noqa: S311  nothing secret about it
    lines = ["reader,book,stars"]
    for number in range(60):
        own, other = list(SHELVES.values())[:: 1 if number % 2 else -1]
        lines += [f"r{number:02},{book},{dice.choice((4, 4.5, 5))}" for book in dice.sample(own, 5)]
        lines += [f"r{number:02},{book},{dice.choice((1, 2, 2.5))}" for book in dice.sample(other, 3)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


with TemporaryDirectory() as folder:
    file = Path(folder, "books.csv")
    write_ratings(file)
    print(*file.read_text(encoding="utf-8").splitlines()[:4], "…", sep="\n")
    ratings = read_ratings(file, user="reader", item="book", rating="stars")

print(ratings)
print(*checkup(ratings).in_words(), sep="\n")

rec = Recommender("dot_bias", n_factors=5, epochs=40, lr=0.05, seed=1).fit(ratings)
for given in ({"Dune": 5, "Ubik": 4.5}, {"Emma": 5, "Ulysses": 4}):
    print(f"\nSomebody who rated {given}:")
    print(rec.recommend(given=given, n=4))
