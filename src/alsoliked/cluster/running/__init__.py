"""RUNNING: from what a verb was asked for to the bundle: ratings to shards, shards to rows, rows to a bundle."""
