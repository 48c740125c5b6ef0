"""Bundling: learned rows and their shards as an ordinary bundle, put together in files, not in memory."""

from alsoliked.cluster.bundling.writing import write_bundle_from_rows

__all__ = ["write_bundle_from_rows"]
