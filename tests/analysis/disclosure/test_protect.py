"""The audit inside the release: its worlds print what they promise, its fallback is safe."""

import pickle

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import protect
from analysis.disclosure.between_releases import Earlier
from analysis.disclosure.integer_programme import Budget
from analysis.disclosure.printed import world_of
from analysis.disclosure.rules import Finding
from analysis.disclosure.trades import Trades
from analysis.disclosure.witness import Doubt, next_door
from analysis.measures import TOTAL
from analysis.release.build import NothingToRelease, ReleaseRefused, release
from analysis.release.released import NOTES
from analysis.tabulation.counts import tallies
from analysis.tabulation.exact_rows import build_tables
from analysis.tabulation.tables import TableKey
from survey.questionnaire.instrument import read_content
from survey.release.build import told
from tests.analysis.made_up import ALPHA, BETA, FAIR, GAMMA, MEASURES, TRUST, people, together

AGES = ("young", "older", "old")


def town(groups, place=ALPHA):
    """One place whose age groups answered so: [(n, favourable), ...]."""
    codes = [code for n, top in groups for code in [5] * top + [1] * (n - top)]
    made = people(place, len(codes), trust=codes)
    ages = [age for age, (n, _) in zip(AGES, groups, strict=True) for _ in range(n)]
    return made.assign(**{"cut.age": ages})


LEFT = "2026 epsilon-county County, police: not shown, because what few people answered could be "
LEFT += "worked out from it."
EDGE = [(13, 13), (11, 7), (43, 32)]  # bands that meet at an edge: all of the first are favourable


def audited(made):
    return {
        tuple(row)
        for row in made.notes.loc[made.notes["reason"] == "audit", ["kind", "cut"]].to_numpy()
    }


def test_a_table_that_tells_an_answer_is_shown_coarser_and_the_note_says_so():
    made = release(together(town(EDGE)), (TRUST,), ("age",))
    assert audited(made) == {("coarsened", "age")}
    rows = made.view(county="alpha-county", cut="age", community="alpha").figures
    old = rows.set_index("group").loc["old"]
    assert (old["band"], old["n"]) == ("thirds", "40")  # not the nearest ten of 43
    total = made.view(county="alpha-county", cut=TOTAL, community="alpha").figures.iloc[0]
    assert total["band"] == "5"  # the total stays as fine as it was


def test_what_coarser_does_not_help_is_left_out(monkeypatch: pytest.MonkeyPatch):
    """Without a programme to ask, doubt is enough: the cut goes, and the total never does."""
    made = release(together(town(EDGE)), (TRUST,), ("age",), budget=Budget(programmes=0))
    assert audited(made) <= {("coarsened", "age"), ("dropped", "age")}
    monkeypatch.setattr(protect, "is_safe", lambda *args: False)
    monkeypatch.setattr(Trades, "undone", lambda _, found: found)
    monkeypatch.setattr(protect, "doubts", lambda world, shown, grids: doubt(shown))

    def doubt(shown):
        cut = shown[-1].cut
        return [] if cut == TOTAL else [Doubt(cut, 0, 0, 0, "size")]

    made = release(together(town(EDGE)), (TRUST,), ("age",))
    assert ("dropped", "age") in audited(made)
    assert made.view(cut="age").figures.empty
    assert len(made.view(county="alpha-county", cut=TOTAL).figures) == 2


def test_a_total_that_fails_takes_its_panel_along_and_no_other_county(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(protect, "is_safe", lambda *args: False)
    monkeypatch.setattr(Trades, "undone", lambda _, found: found)
    unsafe, whole = [Doubt(TOTAL, 0, 0, 0, "size")], sum(n for n, _ in EDGE)

    def in_the_town(world, *_):
        return unsafe if world.counts[TOTAL][..., 0].sum() == whole else []

    monkeypatch.setattr(protect, "doubts", in_the_town)
    frame = together(town(EDGE, ("OH", "epsilon-county", "epsilon")), people(GAMMA, 24))
    made = release(frame, (TRUST,), ("age",))
    assert set(made.figures["county"]) == {*frame["county"]} - {"epsilon-county"}
    assert audited(made) == {("dropped", TOTAL), ("dropped", "age")}
    assert [sentence for sentence in told(read_content(), made) if "epsilon" in sentence] == [LEFT]
    monkeypatch.setattr(protect, "doubts", lambda *_: unsafe)
    with pytest.raises(NothingToRelease, match="epsilon-county 2026: what few people answered"):
        release(frame, (TRUST,), ("age",))


def test_totals_have_programmes_of_their_own():
    """200 programmes go to this county's groups; who is alone in town-2 is proven all the same."""
    sizes = (44, 60, 1, 24, 44)
    towns = [people((*ALPHA[:2], f"town-{i}"), n, seed=1, events=2) for i, n in enumerate(sizes)]
    made = release(together(people(GAMMA, 12), *towns), MEASURES, ("age",))
    assert len(made.view(county=ALPHA[1], cut=TOTAL).figures) > 0


def test_a_cut_that_shows_and_decides_nothing_is_no_obstacle():
    """Every age group is under 11 on both measures; the total needs somebody of another town."""
    towns = []
    for place, n, top in ((ALPHA, 12, 12), (BETA, 13, 5)):
        made = people(place, n, trust=[5] * top + [1] * (n - top))
        ages = np.resize(np.array((*AGES, "oldest", "unsaid")), n)
        towns.append(made.assign(**{"fair.police": made["trust.police"], "cut.age": ages}))
    made = release(together(*towns), (TRUST, FAIR), ("age",))
    assert made.view(county=ALPHA[1], cut="age").figures.empty


def test_a_refusal_crosses_processes():
    refused = ReleaseRefused([Finding(TableKey(2026, "OH", "alpha", "police", TOTAL), "Why.")])
    again = pickle.loads(pickle.dumps(refused))
    assert (again.findings, str(again)) == (refused.findings, str(refused))


def test_the_audit_decides_alike_each_time_and_for_rows_in_any_order():
    frame = together(town(EDGE), people(BETA, 24), people(GAMMA, 7))
    first = release(frame, (TRUST,), ("age", "language"))
    shuffled = frame.sample(frac=1, random_state=3)
    assert release(shuffled, (TRUST,), ("age", "language")).sha256 == first.sha256


def test_a_table_that_stands_one_band_coarser_stays_so():
    made = release(together(town(EDGE)), (TRUST,), ("age",))
    new = people(ALPHA, 80, season=2027)
    again = release(together(town(EDGE), new), (TRUST,), ("age",), previous=made)
    old = again.figures[again.figures["season"] == 2026].reset_index(drop=True)
    assert old.equals(made.figures)
    assert ("coarsened", "age") in audited(again)


def doubt_every_age(monkeypatch):
    """No table of age groups is ever proven safe."""
    monkeypatch.setattr(protect, "is_safe", lambda *args: False)
    monkeypatch.setattr(Trades, "undone", lambda _, found: found)

    def doubt(world, shown, grids):
        return [Doubt("age", 0, 0, 0, "size")] if any(part.cut == "age" for part in shown) else []

    monkeypatch.setattr(protect, "doubts", doubt)


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
    stands = next_door(*world_of(tally, (TRUST,), tables))
    seen = {True: 0, False: 0}
    for place, group, kind in np.ndindex(3, 5, 3):
        age = stands["age"][place, group, 0, kind]
        language = np.flatnonzero(stands["language"][place, :, 0, kind])
        hidden = bool(age and stands[TOTAL][place, 0, 0, kind] and len(language))
        more = somebody(
            rows, tally, place, group, language[0] if hidden else 0, code=(5, 3, 1)[kind]
        )
        again = release(pd.concat([frame, more]), (TRUST,), ("age", "language"))
        assert again.sha256 == made.sha256 or not hidden
        seen[hidden] += 1
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
