"""Models that were let into the home: copied under their digest, so that what was reviewed is what is served."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from alsoliked.bundle import read_bundle
from alsoliked.errors import BundleError
from alsoliked.serving.refusals import NotThereError, UnavailableError
from alsoliked.serving.storage.tables import models

__all__ = ["Model", "copy_in", "every", "let_in", "place_of", "write_down"]

DIGITS = 12


@dataclass(frozen=True, slots=True)
class Model:
    """A bundle in the home.

    Attributes
    ----------
    id
        Its name and the beginning of its digest: ``"als-3f2a9c41b0d2"``.
    about
        Where it came from, and what its manifest says about it.
    added_by, added_at
        Who let it in, and when (seconds since 1970).
    """

    id: str
    about: dict[str, Any] = field(default_factory=dict)
    added_by: str = ""
    added_at: float = 0.0


def copy_in(home: Path, bundle: Path) -> Model:
    """Check a bundle and copy it into the home, whole or not at all; one that is there stays as it is.

    Raises
    ------
    BundleError
        If it is no bundle, truncated or edited: nothing is copied.
    UnavailableError
        If there is no room for it.
    """
    manifest = read_bundle(bundle).manifest
    name = str((manifest.get("recommender") or {}).get("model", "model"))
    model = f"{name}-{manifest['sha256'][:DIGITS]}"
    target = home / "models" / model
    if not target.exists():
        try:
            _copy(bundle, target)
        except OSError as error:
            raise UnavailableError(f"{bundle} cannot be copied to {target.parent} ({error.strerror}).") from error
    about = {"from": str(bundle), "manifest": json.loads(json.dumps(manifest.get("about") or {}))}
    return Model(model, about)


def _copy(bundle: Path, target: Path) -> None:
    """Copy beside the place, look at what arrived, and move it there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        shutil.copytree(bundle, beside / "bundle")
        read_bundle(beside / "bundle")
        (beside / "bundle").rename(target)
    except FileExistsError:
        pass
    except BundleError as error:
        raise BundleError(f"{bundle} changed while it was copied ({error}); try again when it is done.") from error
    except OSError:
        if not target.is_dir():  # else another was quicker, with the same bytes
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_down(connection: Connection, now: float, model: Model, by: str) -> None:
    """Write down that a model is in the home."""
    if connection.execute(select(models.c.model).where(models.c.model == model.id)).first() is None:
        row = {"model": model.id, "place": model.id, "about": model.about, "added_by": by, "added_at": now}
        connection.execute(insert(models).values(**row))


def let_in(connection: Connection, now: float, home: Path, bundle: Path, by: str) -> str:
    """Copy a bundle in and write it down; return its id. For large bundles call `copy_in` before the transaction.

    Raises
    ------
    BundleError
        If it is no bundle, truncated or edited: nothing is copied.
    """
    model = copy_in(home, bundle)
    write_down(connection, now, model, by)
    return model.id


def every(connection: Connection) -> tuple[Model, ...]:
    """Return the models that were let in, the latest first."""
    rows = connection.execute(select(models).order_by(models.c.added_at.desc())).mappings()
    return tuple(Model(row["model"], row["about"], row["added_by"], row["added_at"]) for row in rows)


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
