"""Wording: messages speak of parameters; whoever types a command is told of its flags."""

from __future__ import annotations

import re

__all__ = ["in_flags"]

SHORT = {"n", "k"}
NAMES = (
    *("batch_norm", "bs", "device", "dropout", "epochs", "item_damping", "item_size", "keep_best", "layers", "lr"),
    *("loss", "model", "n_factors", "patience", "seed", "user_damping", "user_size", "valid_pct", "wd", "y_range"),
    *("budget", "of", "item", "on_bad_rows", "on_repeat", "path", "rating", "timestamp", "user"),
    *("among", "exclude", "given", "k", "max_users", "min_count", "n", "objective", "on_unknown", "relevant_from"),
    *("least", "most", "worth"),
    *("arm", "before", "column", "looks", "periods"),
    *("connectivity", "directions", "expansion", "schema", "table"),
    *("attempts", "checkpoint_every", "conf", "engine", "master", "optimizer", "shards", "work", "workers"),
    *("boredom", "choice", "drift", "grow", "grow_by", "holdout", "rounds", "seeds", "takes"),
)
PHRASES = {
    "given={item: rating}": "--given ITEM=RATING",
    "or save() wrote": "wrote",
    "offline=True": "--offline",
    "keep_best=True": "--keep-best",
    "n_people=": "--people ",
    "use read_ratings(path)": "use its path",
}
ASSIGNED = re.compile(rf"(?<![\w.:,\-'\"])({'|'.join(NAMES)})=(?:(['\"])([^'\"]*)\2)?")
CALL = re.compile(r"\bmovielens\('([^']+)', path='([^']+)'\)")


def in_flags(message: str) -> str:
    """Put a message of the library into the words of the command.

    Examples
    --------
    >>> in_flags("Mend them, or pass on_bad_rows='drop' to leave them out.")
    'Mend them, or pass --on-bad-rows drop to leave them out.'
    >>> in_flags("n=0 came, expected a whole number of at least 1.")
    '-n 0 came, expected a whole number of at least 1.'
    """
    for ours, typed in PHRASES.items():
        message = message.replace(ours, typed)
    message = CALL.sub(r"alsoliked data get \1 --path \2", message)
    return ASSIGNED.sub(_flag, message)


def _flag(found: re.Match[str]) -> str:
    name, _, value = found.groups(default="")
    return f"{'-' if name in SHORT else '--'}{name.replace('_', '-')} {value}"
