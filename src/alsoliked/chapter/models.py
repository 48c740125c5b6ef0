"""The two models the chapter gets from its library, with the names of their parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import torch
from torch import Tensor, nn

from alsoliked.chapter.classes import Classes, Key
from alsoliked.chapter.loaders import DataLoaders
from alsoliked.chapter.modules import Embedding, Module
from alsoliked.errors import OptionError, UnknownItemError, UnknownUserError
from alsoliked.models.layers import YRange, embedding_size, sigmoid_range
from alsoliked.models.neural import CollabNN

__all__ = ["EmbeddingDotBias", "EmbeddingNN", "get_emb_sz"]

Size = tuple[int, int]


class EmbeddingDotBias(Module):
    """Dot product of a user's and an item's factors, plus an offset for each, squeezed into a range.

    Parameters
    ----------
    n_factors
        Length of a user's and an item's vector.
    n_users, n_items
        Rows of the tables, `#na#` included.
    y_range
        The interval of predictions. None: any number.
    generator
        Where the start comes from. None: PyTorch's own state.

    Examples
    --------
    >>> EmbeddingDotBias(50, 944, 1665, y_range=(0, 5.5))
    EmbeddingDotBias(
      (u_weight): Embedding(944, 50)
      (i_weight): Embedding(1665, 50)
      (u_bias): Embedding(944, 1)
      (i_bias): Embedding(1665, 1)
    )
    """

    def __init__(
        self,
        n_factors: int,
        n_users: int,
        n_items: int,
        y_range: YRange | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        self.y_range = y_range
        self.u_weight = Embedding(n_users, n_factors, generator=generator)
        self.i_weight = Embedding(n_items, n_factors, generator=generator)
        self.u_bias = Embedding(n_users, 1, generator=generator)
        self.i_bias = Embedding(n_items, 1, generator=generator)
        self.classes: dict[str, Classes] | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Predict ratings: (batch, 2) rows of users and items in, (batch,) out."""
        users, items = x[:, 0], x[:, 1]
        score = (self.u_weight(users) * self.i_weight(items)).sum(dim=1)  # (batch,)
        score = score + self.u_bias(users).squeeze(dim=1) + self.i_bias(items).squeeze(dim=1)  # (batch,)
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)

    @classmethod
    def from_classes(
        cls,
        n_factors: int,
        classes: Mapping[str, Classes],
        user: str | None = None,
        item: str | None = None,
        *,
        y_range: YRange | None = None,
        generator: torch.Generator | None = None,
    ) -> Self:
        """Make a model whose tables have a row for each class, and which finds them by id."""
        names = list(classes)
        user, item = names[0] if user is None else user, names[1] if item is None else item
        model = cls(n_factors, len(classes[user]), len(classes[item]), y_range, generator)
        model.classes = {"user": classes[user], "item": classes[item]}
        return model

    def bias(self, arr: Iterable[Key], is_item: bool = True) -> Tensor:
        """Return the offsets of items (or users) by id, shape (n,); the model stays as it is.

        Raises
        ------
        UnknownItemError, UnknownUserError
            If an id is not there.
        """
        return (self.i_bias if is_item else self.u_bias).weight.detach()[self._rows(arr, is_item)].squeeze(dim=1).cpu()

    def weight(self, arr: Iterable[Key], is_item: bool = True) -> Tensor:
        """Return the factors of items (or users) by id, shape (n, n_factors); the model stays as it is."""
        return (self.i_weight if is_item else self.u_weight).weight.detach()[self._rows(arr, is_item)].cpu()

    def _rows(self, arr: Iterable[Key], is_item: bool) -> Tensor:
        if self.classes is None:
            raise OptionError("this model knows no ids; make it with EmbeddingDotBias.from_classes or collab_learner.")
        known = self.classes["item" if is_item else "user"].o2i
        ids = list(arr)
        strange = next((key for key in ids if key not in known), None)
        if strange is not None:
            kind, error = ("item", UnknownItemError) if is_item else ("user", UnknownUserError)
            raise error(f"{kind} {strange!r} is not among the {len(known) - 1} known; ids are as in dls.classes.")
        return torch.tensor([known[key] for key in ids], dtype=torch.long)


class EmbeddingNN(Module):
    """A user's and an item's vector side by side, then linear layers: `models.CollabNN` by the chapter's names.

    Parameters
    ----------
    emb_szs
        Rows and length of the two tables, as `get_emb_sz` gives them.
    layers
        Widths of the hidden layers.
    y_range
        The interval of predictions. None: any number.
    ps
        Share of each hidden layer's outputs dropped while training.
    use_bn
        Whether each hidden layer ends in batch normalisation.
    generator
        Where the start comes from. None: PyTorch's own state.

    Attributes
    ----------
    embeds
        The tables of users and items.
    layers
        What follows.
    """

    def __init__(
        self,
        emb_szs: Sequence[Size],
        layers: Sequence[int],
        y_range: YRange | None = None,
        *,
        ps: float = 0.0,
        use_bn: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        (n_users, user_size), (n_items, item_size) = emb_szs
        net = CollabNN(
            n_users,
            n_items,
            layers,
            user_size=user_size,
            item_size=item_size,
            dropout=ps,
            batch_norm=use_bn,
            generator=generator,
        )
        self.widths, self.ps, self.use_bn, self.y_range = list(layers), ps, use_bn, y_range
        self.embeds = nn.ModuleList([net.user_factors, net.item_factors])
        self.layers = net.layers

    def forward(self, x: Tensor) -> Tensor:
        """Predict ratings: (batch, 2) rows of users and items in, (batch, 1) out."""
        vectors = [table(x[:, place]) for place, table in enumerate(self.embeds)]
        score: Tensor = self.layers(torch.cat(vectors, dim=1))  # (batch, 1)
        return score if self.y_range is None else sigmoid_range(score, *self.y_range)

    def extra_repr(self) -> str:
        """Say the range."""
        return "" if self.y_range is None else f"y_range=({self.y_range[0]:g}, {self.y_range[1]:g})"


def get_emb_sz(to: DataLoaders, sz_dict: Mapping[str, int] | None = None) -> list[Size]:
    """Return rows and vector length for users and for items.

    Parameters
    ----------
    to
        The data loaders.
    sz_dict
        Lengths by column; where none is given, `embedding_size`, the chapter's rule, decides.

    Raises
    ------
    OptionError
        If a column is named that is not there.
    """
    wanted = dict(sz_dict or {})
    strange = wanted.keys() - set(to.x_names)
    if strange:
        raise OptionError(f"sizes for {sorted(strange)} came; expected columns among {to.x_names.items}.")
    rows = [(name, len(to.classes[name])) for name in to.x_names]
    return [(n, int(wanted.get(name, embedding_size(n)))) for name, n in rows]
