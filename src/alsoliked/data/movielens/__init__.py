"""The published MovieLens data sets: where they are found, how they are laid out, what stands beside the ratings."""
