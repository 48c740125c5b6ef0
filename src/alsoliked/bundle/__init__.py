"""Bundle: a saved model as one folder that anybody can read: manifest.json, safetensors, Parquet; never pickle.

Written beside its place and moved into it, so there is never half a bundle; every file's SHA-256 stands in the
manifest, and the manifest's own in itself, so an edited or truncated one is noticed before anything is computed.
Large arrays have a file each and are not read but mapped into memory, so a bundle may be larger than memory.
"""

from alsoliked.bundle.contents import Contents
from alsoliked.bundle.manifest import FORMATS
from alsoliked.bundle.reading import read_bundle
from alsoliked.bundle.writing import check_place, write_bundle

__all__ = ["FORMATS", "Contents", "check_place", "read_bundle", "write_bundle"]
