"""`train SHARDS` without an engine: shards that an engine was given are trained on here, too, to compare."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from alsoliked.cli.clustered import tell_trained
from alsoliked.cli.console import say, share_bar
from alsoliked.cli.holdout import hold_out
from alsoliked.cli.source import load_ratings
from alsoliked.cli.wording import in_flags
from alsoliked.errors import OptionError

if TYPE_CHECKING:
    from alsoliked.cli.asked import Asked
    from alsoliked.data.ratings import Ratings

__all__ = ["divided", "is_shards", "train_on_shards"]

STREAMED = ("dot", "dot_bias", "net")


def is_shards(data: str) -> bool:
    """Whether DATA is a folder of shards, whole or not."""
    return (Path(data).expanduser() / "ratings" / "part=train").is_dir()


def train_on_shards(asked: Asked) -> bool:
    """Train in this process as an engine would, measure, save a bundle; False if this is not how the model learns."""
    if asked.model not in STREAMED:
        return False
    from alsoliked.cluster.running.here import train_here
    from alsoliked.cluster.running.job import Job
    from alsoliked.cluster.running.talk import Talk
    from alsoliked.training.history import print_epoch

    _check_split(asked.held)
    talk = Talk(lambda text: say(in_flags(text)), print_epoch, share_bar)
    with TemporaryDirectory(prefix=f".{asked.out.name}-rows-", dir=asked.out.absolute().parent) as rows:
        job = Job(
            source=Path(asked.data).expanduser(),
            out=asked.out,
            work=Path(rows),
            model=asked.model,
            options=asked.chosen,
            seed=asked.held["seed"],
            valid_pct=asked.held["valid_pct"],
            reading=asked.reading,
        )
        tell_trained(train_here(job, talk=talk), job, None, json=asked.json)
    return True


def divided(asked: Asked) -> tuple[Ratings, Ratings | None]:
    """Read DATA, and hold out what the flags say; of shards, what was held out when they were made."""
    data, reading, held = asked.data, asked.reading, asked.held
    if not is_shards(data):
        return hold_out(load_ratings(data, **reading), data, held["split"], held["valid_pct"], held["seed"])
    from alsoliked.cluster.running.sharding import check_as_made, in_words
    from alsoliked.cluster.shards.manifest import Shards

    _check_split(held)
    shards = Shards.open(Path(data).expanduser())
    check_as_made(shards, reading, held["valid_pct"])
    say(in_words(shards))
    return shards.ratings("train"), shards.ratings("valid") if any(shards.sizes["valid"]) else None


def _check_split(held: Mapping[str, Any]) -> None:
    if held["split"] != "random":
        raise OptionError(f"--split {held['split']} came; shards say themselves what is held out. Leave it out.")
