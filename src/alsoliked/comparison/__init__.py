"""Which model for these ratings: several of them on the same folds, each fit in a process of its own."""
