"""Take it elsewhere: what a model learned, for a warehouse, a database, a search index or another runtime."""

from alsoliked.export.exported import Exported
from alsoliked.export.onnx_files import to_onnx
from alsoliked.export.parquet import to_parquet
from alsoliked.export.pgvector import to_pgvector
from alsoliked.export.usearch_index import to_usearch

__all__ = ["Exported", "to_onnx", "to_parquet", "to_pgvector", "to_usearch"]
