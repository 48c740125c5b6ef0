"""Engine: what runs the processes, and how many of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from alsoliked.cluster.needed import check_spark, check_torchrec
from alsoliked.errors import OptionError
from alsoliked.models.options import check_whole

__all__ = ["ENGINES", "Engine", "check_engine"]

ENGINES = ("spark", "torchrun")


@dataclass(frozen=True, slots=True)
class Engine:
    """What runs the processes: Spark on many machines, or torchrun on this one.

    Attributes
    ----------
    name
        ``"spark"`` or ``"torchrun"``.
    master
        Spark's master; None takes what ``spark-submit`` says, else two small executors on this machine.
    workers
        Processes that train together.
    conf
        Settings of Spark's own, such as ``{"spark.executor.memory": "8g"}``.
    attempts
        How often training is begun in all when workers are lost; each goes on from the last checkpoint.

    Raises
    ------
    OptionError
        If a value does not fit, or has no effect on this engine.

    Examples
    --------
    >>> Engine("torchrun", workers=4).workers
    4
    """

    name: str
    master: str | None = None
    workers: int = 2
    conf: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 3

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise OptionError(f"engine={self.name!r} is unknown; expected one of {', '.join(ENGINES)}.")
        check_whole("workers", self.workers)
        check_whole("attempts", self.attempts)
        if self.name == "torchrun" and (self.master is not None or self.conf):
            came = f"master={self.master!r}" if self.master is not None else f"conf={next(iter(self.conf))!r}"
            raise OptionError(f"{came} came; it is Spark's and has no effect on engine='torchrun'. Leave it out.")


def check_engine(engine: Engine, model: str) -> None:
    """Refuse before anything is read what an engine lacks.

    Raises
    ------
    MissingExtraError
        If Spark, Java, PyTorch or TorchRec is needed and missing.
    OptionError
        If the engine does not solve this model.
    """
    if engine.name == "spark":
        check_spark()
    elif model == "als":
        raise OptionError("als is solved by Spark: pass engine='spark', or leave the engine out.")
    if model != "als":
        check_torchrec()
