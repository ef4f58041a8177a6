"""Adults, teenagers and children in one release: side by side, never added up."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.frame import FrameError
from analysis.measures import Measure
from analysis.release.build import release
from tests.analysis.made_up import (
    AGAIN,
    ALPHA,
    BETA,
    CUTS,
    INDEX,
    MEASURES,
    TRUST,
    people,
    together,
)

TEEN = replace(TRUST, id="teen.trust", questions=("trust",), panel="teen.police", audience="teen")
CHILD = Measure(
    "c_police", valid=(1, 2, 3, 4), favourable=(3, 4), panel="child.event", audience="child"
)
ALL = (*MEASURES, TEEN, CHILD)


def of(audience, place, n, **more):
    made = people(place, n, seed=len(audience), **more)
    codes = [4, 3, 2, 4, 1, 4] * n
    child = {"c_police": codes[:n]} if audience == "child" else {}
    return made.assign(key=audience + made["key"], audience=audience, **child)


def joined(*frames):
    frame = together(*frames)
    if "wave" in frame:
        frame["wave"] = frame["wave"].fillna("event")
    if "c_police" in frame:
        frame["c_police"] = frame["c_police"].fillna(-4).astype("int64")
    return frame


ADULTS = (people(ALPHA, 90), people(BETA, 60))
TEENS = (of("teen", ALPHA, 40), of("teen", BETA, 25))


def test_others_change_nothing_of_adults():
    alone = release(joined(*ADULTS), MEASURES, CUTS)
    beside = release(joined(*ADULTS, *TEENS, of("child", ALPHA, 35)), ALL, CUTS)
    keys = {measure.id for measure in MEASURES}
    adults = beside.figures[beside.figures["measure"].isin(keys)].reset_index(drop=True)
    shown = ["season", "community", "cut", "group", "measure", "n", "value", "dont_know", "top"]
    assert adults[shown].equals(alone.figures[shown])


def test_teenagers_have_figures_of_their_own():
    made = release(joined(*ADULTS, *TEENS), ALL, CUTS)
    rows = made.view(measure="teen.trust", cut="total", county="alpha-county").figures
    assert rows.set_index("community")["n_low"].to_dict() == {"": 60, "alpha": 35, "beta": 11}
    assert set(rows["panel"]) == {"teen.police"}


@pytest.mark.parametrize(("count", "shown"), [(29, False), (40, True)])
def test_nothing_of_children_under_thirty(count, shown):
    made = release(joined(*ADULTS, of("child", ALPHA, count)), ALL, CUTS)
    rows = made.view(measure="c_police").figures
    assert bool(len(rows)) == shown
    assert not (rows["n_low"] < 30).any()
    assert not (rows["band"] == "thirds").any() or made.notes["kind"].eq("coarsened").any()
    assert (
        "c_police" in set(made.notes.loc[made.notes["reason"] == "under_least", "measure"]) or shown
    )


def test_children_stand_alone_from_thirty():
    made = release(joined(*ADULTS, of("child", ALPHA, 80), of("child", BETA, 20)), ALL, ())
    rows = made.view(measure="c_police", county="alpha-county").figures
    assert set(rows["community"]) == {"alpha"}  # twenty cannot stand by themselves
    ledger = made.ledger
    assert ledger is not None
    assert (ledger["n"] >= ledger["least"]).all()
    assert set(ledger.loc[ledger["measure"] == "c_police", "least"]) == {30}


def test_an_index_rests_on_its_own_audience():
    teens = replace(INDEX, id="teen.index", panel="teen.police", audience="teen")
    made = release(joined(*ADULTS, *TEENS), (*MEASURES, TEEN, teens), ())
    told = made.notes[made.notes["kind"] == "index"].set_index("measure")["reason"]
    assert told["teen.index"] == "few"  # 65 teenagers, though there are over 200 people


LEAVERS = Measure(
    "leaving.trust",
    "police",
    ("trust",),
    favourable=(4, 5),
    unfavourable=(1, 2),
    panel="leaving.police",
    wave="leaving",
)


def test_answers_at_the_way_out_have_figures_and_events_of_their_own():
    """Of three events in Alpha one had a poster at the way out: its figure rests on one event."""
    out = people(ALPHA, 120, events=3)
    out = out[out["event"] == out["event"].iloc[0]]
    out = out.assign(key="out" + out["key"], wave="leaving", **{"trust.police": 5})
    there = people(ALPHA, 90, events=3), people(BETA, 60)
    made = release(joined(*there, out), (*MEASURES, LEAVERS), CUTS)
    shown = made.view(measure="trust", cut="total", county="alpha-county").figures
    by_place = shown.set_index("community")
    assert (by_place.at["alpha", "events"], by_place.at["alpha", "n_low"]) == (3, 75)
    left = made.view(measure="leaving.trust", cut="total").figures
    assert set(left["community"]) == {"", "alpha"}  # nobody answered at Beta's way out
    assert set(left["events"]) == {1}
    assert (left["value_high"] == 1).all()
    assert (left["value"] > 0.8).all()
    alone = release(joined(*there), MEASURES, CUTS)
    own = ["season", "community", "cut", "group", "measure", "n", "value", "events"]
    kept = made.figures[made.figures["measure"] != "leaving.trust"].reset_index(drop=True)
    assert kept[own].equals(alone.figures[own])


def test_pairs_need_thirty():
    back = replace(LEAVERS, id="after.trust", panel="after.police", wave="follow-up")
    for count, shown in ((29, False), (40, True)):
        again = people(ALPHA, count).assign(wave="follow-up")
        again = again.assign(key="again" + again["key"])
        made = release(joined(people(ALPHA, 90), again), (*MEASURES, back), ())
        assert bool(len(made.view(measure="after.trust").figures)) == shown


def test_of_those_who_answered_twice_it_is_told_who_moved_up_less_who_moved_down():
    moved = replace(
        LEAVERS, panel="after.police", wave="follow-up", questions=("moved.trust",),
        valid=(1, 2, 3), favourable=(3,), unfavourable=(),
    )  # fmt: skip
    more = replace(moved, id="more.trust")
    less = replace(moved, id="less.trust", favourable=(1,))
    again = people(ALPHA, 100, events=2).assign(wave="follow-up")
    codes = [3] * 45 + [1] * 15 + [2] * 40
    again = again.assign(key="again" + again["key"], **{"moved.trust.police": codes})
    frame = joined(people(ALPHA, 90), again)
    frame["moved.trust.police"] = frame["moved.trust.police"].fillna(-4).astype("int64")
    made = release(frame, (*MEASURES, more, less), ())
    rows = made.view(community="alpha").changes.query("basis == 'pairs'")
    (row,) = rows.to_dict("records")
    assert (row["community"], row["measure"], row["season_from"]) == ("alpha", "more.trust", 2026)
    assert row["change"] == pytest.approx(0.30, abs=0.01)
    # the mean of 45 times 1 and 15 times -1 among 100, as if everybody came with one other person
    half = 1.96 * ((0.6 - 0.3**2) / (100 / 1.4)) ** 0.5
    assert row["low"] == pytest.approx(0.30 - half, abs=0.06)
    assert row["low"] < 0.30 - half  # what the bands allow is in it
    assert row["high"] > 0.30 + half
    assert (row["verdict"], row["rung"], row["family"]) == ("higher", 1, "")
    assert pd.isna([row["p"], row["place_low"], row["smallest"], row["chance"]]).all()


def test_what_mixes_audiences_is_refused():
    frame = joined(*ADULTS)
    with pytest.raises(FrameError, match="mixes audiences"):
        release(frame, (TRUST, replace(LEAVERS, panel="police")), ())
    with pytest.raises(FrameError, match="wave holds 'later'"):
        release(frame.assign(wave="later"), (TRUST,), ())
    with pytest.raises(ValueError, match="must be one of event, leaving, follow-up"):
        replace(LEAVERS, wave="later")
    with pytest.raises(FrameError, match="mixes audiences"):
        release(frame, (TRUST, replace(TEEN, panel="police")), ())
    with pytest.raises(FrameError, match="audience holds 'baby'"):
        release(frame.assign(audience="baby"), (TRUST,), ())
    with pytest.raises(ValueError, match="must be one of adult, teen, child"):
        replace(AGAIN, audience="everybody")
    with pytest.raises(FrameError, match="lacks audience"):
        release(pd.DataFrame(frame.drop(columns="audience")), (TRUST,), ())
