"""Measure what the defaults of the gradient models rest on: the stated rule beside its neighbours, one knob at a time.

    python benchmarks/tune_defaults.py --data FOLDER                     # everything, resumes; ten minutes or so
    python benchmarks/tune_defaults.py --data FOLDER --stages batch_size

Only training ratings are looked at: of each data set a random fifth is put aside unread (the test part of an 80/20
split, seeds 100, 101, 102), and of what remains a random tenth is held out to choose on. Every training runs on one
thread; what counts as time is the CPU time of the fit alone, without validation.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import torch
from torch import nn
from tune_table import write_table

