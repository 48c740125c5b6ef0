"""Models that were let into the home: copied under their digest, so that what was reviewed is what is served."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import Connection, insert, select

from alsoliked.bundle import read_bundle
from alsoliked.serving.refusals import NotThereError
from alsoliked.serving.storage.tables import models

__all__ = ["let_in", "place_of"]

DIGITS = 12


def let_in(connection: Connection, now: float, home: Path, bundle: Path, by: str) -> str:
    """Check a bundle, copy it into the home and write it down; return its id. A model that is there stays as it is.

    Raises
    ------
    BundleError
        If it is no bundle, truncated or edited: nothing is copied.
    """
    manifest = read_bundle(bundle).manifest
    name = str((manifest.get("recommender") or {}).get("model", "model"))
    model = f"{name}-{manifest['sha256'][:DIGITS]}"
    target = home / "models" / model
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{model}-", dir=target.parent))
        try:
            shutil.copytree(bundle, beside / "bundle")
            read_bundle(beside / "bundle")
            (beside / "bundle").rename(target)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    if connection.execute(select(models.c.model).where(models.c.model == model)).first() is None:
        about = {"from": str(bundle), "manifest": json.loads(json.dumps(manifest.get("about") or {}))}
        connection.execute(insert(models).values(model=model, place=model, about=about, added_by=by, added_at=now))
    return model


def place_of(home: Path, model: str) -> Path:
    """Return the folder of a model.

    Raises
    ------
    NotThereError
        If there is none in this home.
    """
    place = home / "models" / model
    if not place.is_dir():
        raise NotThereError(f"model {model} is not in {home / 'models'}; several machines need that folder in common.")
    return place
