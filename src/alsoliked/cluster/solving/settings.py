"""How Spark's ALS is to solve: our options, checked, and what Spark calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from alsoliked.errors import OptionError
from alsoliked.models.options import check_number, check_options, check_whole
from alsoliked.models.registry import model_spec

if TYPE_CHECKING:
    from alsoliked.cluster.shards.manifest import Shards

__all__ = ["SparkALS"]

REG = {"explicit": 0.1, "implicit": 0.01}  # chosen on parts of training ratings
FEWEST, PER_BLOCK = 10, 20_000_000  # blocks, and ratings of one: some 400 MB in a task
OF_SPARK = ("rounds", "blocks", "checkpoint_every")
OF_RATINGS, OF_CLICKS = ("item_damping", "user_damping", "rounds"), ("unobserved_weight",)


@dataclass(frozen=True, slots=True, kw_only=True)
class SparkALS:
    """What Spark is asked to solve.

    Parameters
    ----------
    feedback
        ``"explicit"`` learns from what ratings say, ``"implicit"`` from there being one.
    n_factors, epochs, seed
        As of `alsoliked.solvers.als.ALS`.
    reg
        Penalty of the factors, as there with ``reg_scaling=1``.
    item_damping, user_damping
        Of the biases; for ratings alone.
    unobserved_weight
        As of `alsoliked.solvers.implicit_als.ImplicitALS`; for clicks alone, and more than 0.
    rounds
        How often biases and factors are found, the biases from what the factors before leave over; for ratings alone.
        Rounds before the last have half of the epochs.
    blocks
        Parts that users, and items, are dealt to; None: one for 20 million ratings, but 10 at least. The result depends
        on it, and not on the number of workers.
    checkpoint_every
        Epochs after which the factors are written to the storage, so that a lost worker costs no more than these.

    Raises
    ------
    OptionError
        If a value is unfit.

    Examples
    --------
    >>> SparkALS.of({"feedback": "implicit", "epochs": 4}).n_factors
    64
    """

    feedback: Literal["explicit", "implicit"] = "explicit"
    n_factors: int = 32
    epochs: int = 10
    reg: float = REG["explicit"]
    item_damping: float = 5.0
    user_damping: float = 5.0
    unobserved_weight: float = 0.2
    seed: int = 0
    rounds: int = 2
    blocks: int | None = None
    checkpoint_every: int = 5

    def __post_init__(self) -> None:
        check_options(asdict(self))
        check_whole("seed", self.seed, 0)
        for name in OF_SPARK:
            if getattr(self, name) is not None:
                check_whole(name, getattr(self, name))
        if self.feedback == "implicit":
            check_number("unobserved_weight", self.unobserved_weight, above=0)

    @classmethod
    def of(cls, given: Mapping[str, Any], *, seed: int = 0) -> Self:
        """Fill in what was not chosen of the options of ``"als"``.

        Raises
        ------
        OptionError
            If an option has no effect here, or its value is unfit.
        """
        feedback = given.get("feedback", "explicit")
        check_options({"feedback": feedback})
        spec = model_spec("als", feedback)
        chosen = {name: value for name, value in given.items() if value is not None}
        useless = OF_CLICKS if feedback == "explicit" else OF_RATINGS
        for name in chosen:
            if name in useless or name not in (*spec.options, *OF_SPARK):
                raise OptionError(f"{name}= has no effect on als with feedback={feedback!r} by Spark; leave it out.")
        if chosen.pop("user_weights", None) is not None:
            raise OptionError("user_weights= is not known to Spark's ALS; leave it out, or train without an engine.")
        if (scaling := chosen.pop("reg_scaling", 1.0)) != 1:
            raise OptionError(f"reg_scaling={scaling!r} came; Spark's ALS knows 1 alone: leave it out, or pass 1.")
        filled = {"n_factors": spec.options["n_factors"], "reg": REG[feedback]}
        return cls(**filled | {"feedback": feedback} | chosen, seed=seed)

    def options(self) -> dict[str, Any]:
        """Return the options as a local ``"als"`` has them."""
        names = ("feedback", "n_factors", "epochs", "reg")
        own = OF_RATINGS if self.feedback == "explicit" else OF_CLICKS
        return {name: getattr(self, name) for name in (*names, *own) if name != "rounds"} | {"reg_scaling": 1.0}

    @property
    def passes(self) -> tuple[int, ...]:
        """The epochs of each round."""
        before = self.rounds - 1 if self.feedback == "explicit" else 0
        return (*[-(-self.epochs // 2)] * before, self.epochs)

    def blocks_of(self, shards: Shards) -> int:
        """Return the parts that users, and items, are dealt to: what a task holds stays bounded."""
        return self.blocks or max(FEWEST, -(-sum(shards.sizes["train"]) // PER_BLOCK))

    def spark_params(self, shards: Shards) -> dict[str, Any]:
        """Return what `pyspark.ml.recommendation.ALS` is to be told."""
        params: dict[str, Any] = {"rank": self.n_factors, "seed": self.seed, "regParam": self.reg}
        params |= {"numUserBlocks": self.blocks_of(shards), "numItemBlocks": self.blocks_of(shards)}
        params |= {"checkpointInterval": self.checkpoint_every, "implicitPrefs": self.feedback == "implicit"}
        if self.feedback == "implicit":
            clicks, weight = sum(shards.sizes["train"]), self.unobserved_weight
            in_all = (clicks + weight * shards.n_users * shards.n_items) / clicks  # as ours, in sum over all rows
            params |= {"alpha": 1 / weight, "regParam": self.reg * in_all * (1 + weight) / weight}
        return params

    def row_scale(self, spread: float) -> float:
        """Return by how much Spark's factors are to be multiplied, half of the scale to either side."""
        scale = spread if self.feedback == "explicit" else 1 / (1 + self.unobserved_weight)
        return float(scale**0.5)
