"""SHARDS: ratings on shared storage, in an order and in parts that no number of workers changes."""
