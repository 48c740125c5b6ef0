"""CLUSTER: the same models on many machines: Spark for ratings, ALS and lists, sharded tables for gradients (extra)."""
