"""The book's spelling, thin, on top of the rest: ``from alsoliked.chapter import *``.

That line stands in place of the two of the book (``fastai.collab``, ``fastai.tabular.all``), and the cells of its
chapter on collaborative filtering run as they are. It is a skin: data come through `alsoliked.data`, models and their
gradients from `alsoliked.models`, training is `alsoliked.training.Learner`, and files are safetensors with JSON, never
pickles. Whoever starts afresh is better served by `alsoliked.Recommender`.

One thing is added to PyTorch itself, because cells call it as a method: ``Tensor.pca(k)``.
"""

import math
import os
import random
import re
from functools import partial
from pathlib import Path

import numpy as np

from alsoliked.lazily import without_torch

try:
    import torch
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    raise without_torch("alsoliked.chapter") from error
import torch.nn.functional as F  # noqa: N812  its name everywhere
from torch import Tensor, nn

from alsoliked.chapter.classes import Classes
from alsoliked.chapter.collab import collab_learner
from alsoliked.chapter.data import CollabDataLoaders
from alsoliked.chapter.exported import load_learner
from alsoliked.chapter.learner import Learner
from alsoliked.chapter.lists import L
from alsoliked.chapter.loaders import DataLoader, DataLoaders
from alsoliked.chapter.losses import CrossEntropyLossFlat, MSELossFlat, mae, mse, rmse
from alsoliked.chapter.models import EmbeddingDotBias, EmbeddingNN, get_emb_sz
from alsoliked.chapter.modules import Embedding, Module, SigmoidRange
from alsoliked.chapter.optional import pd, plt
from alsoliked.chapter.tensors import add_pca_method, one_hot, pca, set_seed, tensor
from alsoliked.chapter.urls import URLs, untar_data
from alsoliked.models.layers import sigmoid_range

__all__ = [
    "Classes",
    "CollabDataLoaders",
    "CrossEntropyLossFlat",
    "DataLoader",
    "DataLoaders",
    "Embedding",
    "EmbeddingDotBias",
    "EmbeddingNN",
    "F",
    "L",
    "Learner",
    "MSELossFlat",
    "Module",
    "Path",
    "SigmoidRange",
    "Tensor",
    "URLs",
    "collab_learner",
    "get_emb_sz",
    "load_learner",
    "mae",
    "math",
    "mse",
    "nn",
    "np",
    "one_hot",
    "os",
    "partial",
    "pca",
    "pd",
    "plt",
    "random",
    "re",
    "rmse",
    "set_seed",
    "sigmoid_range",
    "tensor",
    "torch",
    "untar_data",
]

add_pca_method()
