"""The audit inside the release: its worlds print what they promise, its fallback is safe."""

import pickle

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure.between_releases import Earlier
from analysis.disclosure.printed import Printed, world_of
from analysis.disclosure.rules import Finding
from analysis.disclosure.witness import Doubt
from analysis.measures import TOTAL
from analysis.release.build import NothingToRelease, ReleaseRefused, release
from analysis.release.columns import NOTES
from analysis.tabulation.counts import N, tallies
from analysis.tabulation.exact_rows import build_tables
from analysis.tabulation.tables import Chart, TableKey
from survey.questionnaire.content_files import read_content
from survey.release.figure_rows import records
from survey.release.report import sentences_of
from tests.analysis.disclosure.moves_of import next_door
from tests.analysis.made_up import (
    AGAIN,
    ALPHA,
    BETA,
    FAIR,
    GAMMA,
    INDEX,
    MEASURES,
    TRUST,
    people,
    together,
)

AGES = ("young", "older", "old")


def town(groups, place=ALPHA):
    """One place whose age groups answered so: [(n, favourable), ...]."""
    codes = [code for n, top in groups for code in [5] * top + [1] * (n - top)]
    made = people(place, len(codes), trust=codes)
    ages = [age for age, (n, _) in zip(AGES, groups, strict=True) for _ in range(n)]
    return made.assign(**{"cut.age": ages})


EDGE = [(13, 13), (11, 7), (43, 32)]  # bands that meet at an edge: all of the first are favourable


def audited(made):
    return {
        tuple(row)
        for row in made.notes.loc[made.notes["reason"] == "audit", ["kind", "cut"]].to_numpy()
    }


def left_out(made, county=ALPHA[1]):
    """(cut, community, measure) of every chart that the audit left out."""
    notes = made.notes[(made.notes["reason"] == "audit") & (made.notes["county"] == county)]
    return [tuple(row) for row in notes[["cut", "community", "measure"]].to_numpy()]


def charts(made):
    """(county, community, cut, measure) of everything that is shown."""
    names = ["county", "community", "cut", "measure"]
    return {tuple(row) for row in made.figures[names].to_numpy()}


def doubt(monkeypatch, wanted):
    """Let the audit doubt one group as long as wanted(its cut, tables, what is printed) is true."""

    def in_doubt(printed, asked):
        every = [Doubt(cut, 0, 0, 0, "size") for cut in ("age", TOTAL)]
        return [
            [one for one in every if only in (None, one) and wanted(one.cut, tables, printed)]
            for tables, only in asked
        ]

    monkeypatch.setattr(Printed, "in_doubt", in_doubt)


def people_in(tables, printed):
    mine = printed.evidence.world.table == printed.number[tables[0].key]
    return printed.sheets.stats[mine, ..., N].sum()


def coarse(tables):
    """Whether the table of age groups is one band coarser."""
    return any(table.coarse for table in tables if table.key.cut == "age" and table.layout)


def charts_of_trust(table):
    """Areas whose chart of trust is shown."""
    charts = {area: Chart(area.community, "trust", "police") for area in table.layout}
    return [area for area, chart in charts.items() if chart not in table.left_out]


def test_the_smallest_part_is_left_out_first():
    """Bands that meet at an edge tell an answer; one measure of one place goes, no more."""
    frame = together(town(EDGE), people(BETA, 80), people(GAMMA, 8))
    frame["fair.police"] = np.resize([5, 1, 4], len(frame))
    made = release(frame, MEASURES, ("age", "language"))
    assert left_out(made) == [("age", "alpha", "trust")]
    assert ("alpha-county", "alpha", "age", "fair") in charts(made)
    assert ("alpha-county", "beta", "age", "trust") in charts(made)
    assert ("alpha-county", "alpha", "total", "trust") in charts(made)
    assert not audited(made) & {("coarsened", "age"), ("dropped", TOTAL)}


def test_where_a_part_less_does_not_help_the_table_is_coarser_and_then_dropped(
    monkeypatch: pytest.MonkeyPatch,
):
    frame = together(people(ALPHA, 400))
    doubt(
        monkeypatch,
        lambda cut, tables, printed: (
            cut == "age" and people_in(tables, printed) > 99 and not coarse(tables)
        ),
    )
    made = release(frame, (TRUST,), ("age",))
    assert audited(made) == {("coarsened", "age")}
    doubt_every_age(monkeypatch)
    made = release(frame, (TRUST,), ("age",))
    assert audited(made) == {("dropped", "age")}
    assert made.view(cut="age").figures.empty
    assert len(made.view(county="alpha-county", cut=TOTAL).figures) == 2


def test_a_total_loses_the_county_first_and_then_one_community(monkeypatch: pytest.MonkeyPatch):
    frame = together(people(ALPHA, 90), people(BETA, 80))

    def county_is_shown(cut, tables, printed):
        return cut == TOTAL and any(len(area.places) == 2 for area in charts_of_trust(tables[0]))

    doubt(monkeypatch, county_is_shown)
    made = release(frame, (TRUST, FAIR), ("age",))
    assert left_out(made) == [("age", "", "trust"), ("total", "", "trust")]
    assert ("alpha-county", "", "total", "fair") in charts(made)

    def alpha_is_shown(cut, tables, printed):
        here = len(printed.evidence.world.room) == 2
        shown = [area for table in tables for area in charts_of_trust(table)]
        return cut == TOTAL and here and any(0 in area.places for area in shown)

    doubt(monkeypatch, alpha_is_shown)
    made = release(frame, (TRUST, FAIR), ("age",))
    assert {place for _, place, _ in left_out(made)} == {"", "alpha"}
    assert ("alpha-county", "beta", "total", "trust") in charts(made)
    assert ("alpha-county", "beta", "age", "trust") in charts(made)


def test_a_total_that_nothing_helps_takes_its_panel_along_and_no_other_county(
    monkeypatch: pytest.MonkeyPatch,
):
    whole = sum(n for n, _ in EDGE)
    doubt(
        monkeypatch,
        lambda cut, tables, printed: cut == TOTAL and people_in(tables, printed) == whole,
    )
    frame = together(town(EDGE, ("OH", "epsilon-county", "epsilon")), people(GAMMA, 24))
    made = release(frame, (TRUST,), ("age",))
    assert set(made.figures["county"]) == {*frame["county"]} - {"epsilon-county"}
    assert audited(made) == {("dropped", TOTAL), ("dropped", "age")}
    said = [
        sentence
        for sentence in sentences_of(read_content(), records(made.notes))
        if "epsilon" in sentence
    ]
    assert len(said) == 2
    assert all("because what few people answered could be worked out" in one for one in said)
    doubt(monkeypatch, lambda cut, _, world: cut == TOTAL)
    with pytest.raises(NothingToRelease, match="epsilon-county 2026: what few people answered"):
        release(frame, (TRUST,), ("age",))


def test_a_cut_that_shows_and_decides_nothing_is_no_obstacle():
    """Every age group is under 11 on both measures; the total needs somebody of another town."""
    towns = []
    for place, n, top in ((ALPHA, 12, 12), (BETA, 13, 5)):
        made = people(place, n, trust=[5] * top + [1] * (n - top))
        ages = np.resize(np.array((*AGES, "oldest", "unsaid")), n)
        towns.append(made.assign(**{"fair.police": made["trust.police"], "cut.age": ages}))
    made = release(together(*towns), (TRUST, FAIR), ("age",))
    assert made.view(county=ALPHA[1], cut="age").figures.empty


def test_panels_that_are_audited_together_lose_what_each_loses_alone():
    frame = together(town(EDGE), people(BETA, 80), people(GAMMA, 8))
    frame["fair.police"] = np.resize([5, 1, 4], len(frame))
    panels = (TRUST, FAIR, INDEX), (AGAIN,)
    every, *alone = (
        release(frame, measures, ("age", "language")) for measures in (MEASURES, *panels)
    )
    assert left_out(every)
    assert charts(every) == {chart for one in alone for chart in charts(one)}
    assert sorted(left_out(every)) == sorted(lost for one in alone for lost in left_out(one))


def test_a_refusal_crosses_processes():
    refused = ReleaseRefused([Finding(TableKey(2026, "OH", "alpha", "police", TOTAL), "Why.")])
    again = pickle.loads(pickle.dumps(refused))
    assert (again.findings, str(again)) == (refused.findings, str(refused))


def test_the_audit_decides_alike_each_time_and_for_rows_in_any_order():
    frame = together(town(EDGE), people(BETA, 24), people(GAMMA, 7))
    first = release(frame, (TRUST,), ("age", "language"))
    shuffled = frame.sample(frac=1, random_state=3)
    assert release(shuffled, (TRUST,), ("age", "language")).sha256 == first.sha256


def test_what_stands_left_out_or_coarser_stays_so(monkeypatch: pytest.MonkeyPatch):
    doubt(
        monkeypatch,
        lambda cut, tables, printed: (
            cut == "age" and 300 > people_in(tables, printed) > 50 and not coarse(tables)
        ),
    )
    made = release(together(town(EDGE)), (TRUST,), ("age",))
    new = people(ALPHA, 400, season=2027)
    again = release(together(town(EDGE), new), (TRUST,), ("age",), previous=made)
    old = again.figures[again.figures["season"] == 2026].reset_index(drop=True)
    assert old.equals(made.figures)
    assert ("coarsened", "age") in audited(again)


def doubt_every_age(monkeypatch):
    """No table of age groups is ever proven safe."""
    doubt(
        monkeypatch,
        lambda cut, tables, _: cut == "age" and any(table.key.cut == cut for table in tables),
    )


def test_notes_are_said_once_however_often_a_release_is_made(monkeypatch: pytest.MonkeyPatch):
    """Releases 1 to 4: a table that was left out stays so, and no note is repeated."""
    doubt_every_age(monkeypatch)
    frame, made, said = together(town(EDGE)), None, []
    for season in range(2026, 2030):
        new = people(ALPHA, 80, season=season) if season > 2026 else frame.iloc[:0]
        frame = pd.concat([frame, new], ignore_index=True)
        made = release(frame, (TRUST,), ("age",), previous=made)
        keys = [field.name for field in NOTES if field.key]
        assert not made.notes.duplicated(keys).any()
        left_out = made.notes[made.notes["reason"] == "audit"]
        said.append(len(left_out[left_out["season"] == 2026]))
        assert made.view(cut="age", season=2026).figures.empty
    assert said == [2, 2, 2, 2]  # of this county and of another


def test_a_table_that_could_not_be_replaced_is_not_said_to_be_left_out(
    monkeypatch: pytest.MonkeyPatch,
):
    frame = together(people(ALPHA, 80), people(BETA, 70))
    made = release(frame, (TRUST,), ("age",))
    assert not audited(made)
    doubt_every_age(monkeypatch)
    late = pd.concat([people(ALPHA, 800, seed=5), people(BETA, 700, seed=5)])
    again = release(pd.concat([frame, late]), (TRUST,), ("age",), previous=made)
    before, now = (x.view(cut="age", county=ALPHA[1]).figures["value"] for x in (made, again))
    assert now.equals(before)
    kinds = again.notes[(again.notes["reason"] == "audit") & (again.notes["county"] == ALPHA[1])]
    assert kinds["kind"].tolist() == ["waits"]


def test_worlds_next_door_print_the_same_release():
    """One person more, where the audit says nobody would see it: the checksum is the same."""
    frame = together(people(ALPHA, 97, events=2), people(BETA, 26), people(GAMMA, 6))
    made = release(frame, (TRUST,), ("age", "language"))
    assert not audited(made)
    rows = frame[frame["county"] == "alpha-county"]
    (tally,) = tallies(rows, (TRUST,), ("age", "language"))
    tables = list(build_tables(tally, (TRUST,), ("age", "language"), Earlier(None)))
    stands = next_door(world_of(tally, (TRUST,), tables))
    seen = {True: 0, False: 0}
    for place, group, kind in np.ndindex(3, 5, 3):
        age = stands["age"][place, group, 0, kind]
        language = np.flatnonzero(stands["language"][place, :, 0, kind])
        hidden = bool(age and stands[TOTAL][place, 0, 0, kind] and len(language))
        seen[hidden] += 1
        if not hidden:
            continue
        more = somebody(rows, tally, place, group, language[0], code=(5, 3, 1)[kind])
        again = release(pd.concat([frame, more]), (TRUST,), ("age", "language"))
        assert again.sha256 == made.sha256
    assert min(seen.values()) > 3


def somebody(rows, tally, place, group, language, *, code):
    """A person at an event whose public count has room for one more."""
    here = rows[rows["community"] == tally.communities[place]]
    sizes = here["event"].value_counts()
    roomy = [event for event, size in sizes.items() if size % 10 != 9 or size < 20]
    told = {"key": "more", "event": roomy[0], "trust.police": code}
    told |= {
        "cut.age": tally.groups["age"][group],
        "cut.language": tally.groups["language"][language],
    }
    return here.iloc[:1].assign(**told)
