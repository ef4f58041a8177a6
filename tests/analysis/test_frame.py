import pytest

from analysis.frame import FrameError, check_frame
from tests.analysis.made_up import ALPHA, BETA, CUTS, MEASURES, people, together


def good():
    return together(people(ALPHA, 12), people(BETA, 12))


def test_a_frame_as_declared_passes():
    check_frame(good(), MEASURES, CUTS)
    check_frame(good().drop(columns="again"), MEASURES, CUTS)  # shown to nobody
    check_frame(good().iloc[:0], MEASURES, CUTS)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda f: f.drop(columns="county"), "lacks county"),
        (lambda f: f.drop(columns="cut.age"), "lacks cut.age"),
        (lambda f: f.assign(season="2026"), "season must hold whole years"),
        (lambda f: f.assign(community=["other", *f["community"][1:]]), "the name of a pool"),
        (lambda f: f.assign(event=[None, *f["event"][1:]]), "event must hold text"),
        (lambda f: f.assign(**{"cut.age": ["", *f["cut.age"][1:]]}), "cut.age holds ''"),
        (lambda f: f.assign(**{"cut.age": ["a|b", *f["cut.age"][1:]]}), "bar"),
        (lambda f: f.assign(key="same"), "same key"),
        (lambda f: f.assign(county=["x", *f["county"][1:]]), "community 'alpha' has more than one"),
        (lambda f: f.assign(event="party"), "event 'party' has more than one"),
        (lambda f: f.assign(again=[7, *f["again"][1:]]), "the code 7"),
        (lambda f: f.assign(again=[None, *f["again"][1:]]), "whole codes"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(spoil, says):
    with pytest.raises(FrameError, match=says):
        check_frame(spoil(good()), MEASURES, CUTS)


def test_measures_and_cuts_are_named_once():
    with pytest.raises(FrameError, match="same id and agency"):
        check_frame(good(), (*MEASURES, MEASURES[0]), CUTS)
    with pytest.raises(FrameError, match="leave out total"):
        check_frame(good(), MEASURES, ("total",))
