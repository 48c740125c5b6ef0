"""Models in one line, and back."""

from typing import Any

import pytest

from alsoliked.errors import OptionError
from alsoliked.models.spelling import parse_members, parse_models, read_members, written

LINES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "als": [("als", {})],
    "als:reg=1e-3,epochs=4": [("als", {"reg": 0.001, "epochs": 4})],
    "als:reg=1e+1, net": [("als", {"reg": 10.0}), ("net", {})],
    "net:layers=50,20,batch_norm=false": [("net", {"layers": [50, 20], "batch_norm": False})],
    "blend:of=als+net": [("blend", {"of": "als+net"})],
    "blend:of=als+net,dot": [("blend", {"of": "als+net"}), ("dot", {})],
    "blend:of=net:layers=50,20+als,dot:wd=1": [("blend", {"of": "net:layers=50,20+als"}), ("dot", {"wd": 1})],
    "blend:of=bayes:samples=9,likelihood=ordinal+als:reg=2,epochs=3": [
        ("blend", {"of": "bayes:samples=9,likelihood=ordinal+als:reg=2,epochs=3"})
    ],
}


@pytest.mark.parametrize("line", LINES)
def test_lines(line: str) -> None:
    found = parse_models(line)
    assert found == LINES[line]
    assert parse_models(",".join(written(*model) for model in found)) == found


def test_members_by_plus_or_comma() -> None:
    expected = [("als", {"reg": 1e5}), ("net", {"layers": [50, 20]}), ("dot", {})]
    assert parse_members("als:reg=1e+5+net:layers=50,20+dot") == expected
    assert parse_members("als:reg=1e5,net:layers=50,20,dot") == expected


def test_members_as_a_list() -> None:
    assert read_members(["als", ("net", {"epochs": 3}), ["dot", {}], "bayes+dot_bias:wd=.1"]) == [
        ("als", {}),
        ("net", {"epochs": 3}),
        ("dot", {}),
        ("bayes", {}),
        ("dot_bias", {"wd": 0.1}),
    ]
    assert read_members("als+dot") == [("als", {}), ("dot", {})]


@pytest.mark.parametrize("of", [5, ["als", 5], [["als", "net"]], [("als",)], {"als": {}}, None])
def test_what_is_no_list_of_models(of: object) -> None:
    with pytest.raises(OptionError, match=r"of=.* came, expected a list of model names, with options where wanted"):
        read_members(of)


@pytest.mark.parametrize("option", ["seed=3", "model=net"])
def test_the_seed_is_one_for_all(option: str) -> None:
    with pytest.raises(OptionError, match="the seed is one for all, given beside them"):
        parse_models(f"als:{option}")
