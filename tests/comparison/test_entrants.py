"""Who takes part, as typed in one line or given as objects."""

import pytest

from alsoliked import Recommender
from alsoliked.comparison.entrants import BASELINES, LEFT_OUT, default_models, entrants
from alsoliked.errors import OptionError
from alsoliked.models.registry import model_names


def params(models, seed=0):
    return [entrant.params for entrant in entrants(models, seed)]


def test_options_stay_with_their_model_and_numbers_with_their_option():
    found = params("dot_bias:n_factors=20,wd=.2,net:layers=50,20,batch_norm=false,y_range=0,5.5,popular", seed=3)
    assert found[:3] == [
        {"model": "dot_bias", "seed": 3, "n_factors": 20, "wd": 0.2},
        {"model": "net", "seed": 3, "layers": [50, 20], "batch_norm": False, "y_range": [0, 5.5]},
        {"model": "popular", "seed": 3},
    ]


def test_the_baselines_always_take_part_once():
    assert [one["model"] for one in params("popular")] == ["popular", "global_mean", "damped_bias"]
    mine = params("damped_bias:user_damping=1")
    assert [one["model"] for one in mine] == ["damped_bias", *BASELINES]
    assert mine[0]["user_damping"] == 1
    assert "user_damping" not in mine[2]


def test_a_label_can_be_typed_again():
    line = "dot_bias:n_factors=20,wd=0.2,net:layers=50,20,y_range=none"
    labels = [entrant.label for entrant in entrants(line, 0)]
    assert labels[:2] == ["dot_bias:n_factors=20,wd=0.2", "net:layers=50,20,y_range=none"]
    assert params(",".join(labels)) == params(line)


def test_blends_and_auto_take_part():
    line = "blend:of=als:epochs=2+net:layers=8,4,auto:budget=3"
    found = entrants(line, 0)[:2]
    assert [entrant.label for entrant in found] == ["blend:of=als:epochs=2+net:layers=8,4", "auto:budget=3"]
    assert found[0].settled(100) == {"of": ["als:epochs=2", "net:layers=8,4"]}
    pairs = Recommender("blend", of=["als:epochs=2", ("net", {"layers": (8, 4)})])
    assert entrants([pairs], 0)[0].label == found[0].label
    with pytest.raises(OptionError, match="'ease' predicts no ratings"):
        entrants("blend:of=als+ease", 0)


def test_recommenders_bring_their_own_seed():
    assert params([Recommender("dot_bias", n_factors=5, seed=9), "popular"], seed=1)[:2] == [
        {"model": "dot_bias", "n_factors": 5, "seed": 9},
        {"model": "popular", "seed": 1},
    ]


def test_by_default_all_but_the_slow_ones():
    assert {one["model"] for one in params(None)} == set(model_names()) - set(LEFT_OUT)
    assert set(default_models()) >= set(BASELINES)


def test_defaults_typed_out_are_defaults():
    plain, typed = entrants("damped_bias", 0)[0], entrants("damped_bias:item_damping=5", 0)[0]
    assert plain.settled(100) == typed.settled(100)
    assert plain.settled(100) != entrants("damped_bias:item_damping=6", 0)[0].settled(100)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("foo", "no model is called 'foo'; expected some of dot, "),
        ("", "no model is called ''"),
        ("dot,", "no model is called ''"),
        ("dot,foo", "no model is called 'foo'"),
        ("dot:", "'' came as an option of dot; expected name=value"),
        ("dot:n_factors", "'n_factors' came as an option of dot; expected name=value, such as dot:wd=0.2"),
        ("dot:n_factors=", "expected name=value"),
        ("dot:n_factors=0", "dot:n_factors=0 came, expected a whole number of at least 1"),
        ("dot:n_factors=many", "dot:n_factors='many' came"),
        ("damped_bias:n_factors=3", "model 'damped_bias' has no option 'n_factors'"),
        ("dot:wd=1,wd=2", "dot got wd twice"),
        ("dot:wd=1,dot:wd=1.0", None),
        ("dot,dot", "'dot' came twice"),
        ("5", "no model is called '5'"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(line, said):
    if said is None:  # 1 and 1.0 are two spellings, and two labels
        assert len(entrants(line, 0)) == 5
        return
    with pytest.raises(OptionError) as refused:
        entrants(line, 0)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_seed_below_0_is_refused():
    with pytest.raises(OptionError, match="seed=-1 came"):
        entrants("dot", -1)
