"""The plan on the page is the one that benchmarks/capacity.py works out."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def capacity():
    spec = importlib.util.spec_from_file_location("capacity_plan", ROOT / "benchmarks" / "capacity.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_what_the_script_prints(capacity):
    page = (ROOT / "docs" / "explanation" / "capacity.md").read_text(encoding="utf-8")
    for table in capacity.tables(capacity.Size(), capacity.Measured(), capacity.Prices()):
        assert table in page


def test_twice_the_workers_halve_the_tables_of_each(capacity):
    size, told = capacity.Size(users=1e8, items=0), capacity.Measured(base=0)
    one, two = (capacity.step_of(replace(size, workers=n), told, "adamw").memory for n in (8, 16))
    assert one == 2 * two == pytest.approx(1e8 * 65 * 4 * told.adamw_copies / 8)


def test_the_network_carries_two_rows_and_two_gradients_a_rating_from_another_machine(capacity):
    size, told = capacity.Size(factors=63, bs=1000, workers=2, machines=2), capacity.Measured(adamw_sent=1)
    sent = capacity.step_of(size, replace(told, adagrad_sent=1), "rowwise_adagrad").sent
    assert sent == 500 * 2 * (8 + 2 * 64 * 4) / 2
    assert capacity.step_of(size, told, "rowwise_adagrad").sent == pytest.approx(told.adagrad_sent * sent)
    assert capacity.step_of(size, told, "adamw").sent == 2 * sent  # each sends for the whole batch
    assert capacity.step_of(replace(size, machines=1), capacity.Measured(), "adamw").network == 0
