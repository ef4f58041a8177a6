import pytest

from analysis.disclosure.rules import Finding, simple_audit
from analysis.release.build import ReleaseRefused, release
from tests.analysis.made_up import ALPHA, BETA, CUTS, MEASURES, people, together

FRAME = together(people(ALPHA, 90), people(BETA, 60))


def sentences(figures, ledger):
    return {finding.sentence for finding in simple_audit(figures, ledger)}


def made():
    released = release(FRAME, MEASURES, CUTS)
    assert released.ledger is not None
    return released.figures, released.ledger.copy()


def test_a_release_passes():
    assert simple_audit(*made()) == []


def test_it_finds_a_part_that_is_too_small():
    figures, ledger = made()
    ledger.loc[3, "n"] = 10
    assert "A part has under 11 people." in sentences(figures, ledger)


def test_it_finds_an_n_that_is_not_the_part_s():
    figures, ledger = made()
    figures = figures.assign(n_low=figures["n_low"].where(figures.index != 4, 500))
    assert sentences(figures, ledger) == {"A shown n is not that of its part."}
    with pytest.raises(ValueError, match="same rows"):
        simple_audit(figures.iloc[1:], ledger)


def test_it_finds_communities_that_do_not_add_up():
    figures, ledger = made()
    gone = (ledger["cut"] == "total") & (ledger["community"] == "beta")
    shown = (figures["cut"] == "total") & (figures["community"] == "beta")
    assert "Its communities do not add up." in sentences(figures[~shown], ledger[~gone])


def test_it_finds_groups_that_do_not_add_up():
    figures, ledger = made()
    gone = (ledger["cut"] == "age") & (ledger["group"] == "35-54")
    shown = (figures["cut"] == "age") & (figures["group"] == "35-54")
    assert sentences(figures[~shown], ledger[~gone]) == {"Its groups do not add up."}


def objects_to(cut):
    """An audit that objects to a cut in Alpha's county for as long as it is there."""

    def audit(figures, ledger):
        tables = ledger[(ledger["cut"] == cut) & (ledger["county"] == "alpha-county")]
        keys = release_keys(tables)
        return [Finding(key, "It can be worked out.") for key in keys]

    return audit


def release_keys(ledger):
    from analysis.tabulation.tables import TableKey

    rows = ledger[list(TableKey._fields)].drop_duplicates().itertuples(index=False, name=None)
    return [TableKey(*row) for row in rows]


def test_a_cut_that_fails_is_dropped_and_the_rest_is_released():
    released = release(FRAME, MEASURES, CUTS, audit=objects_to("age"))
    ages = released.view(cut="age").figures
    assert set(ages["county"]) == {"delta-county"}
    assert set(released.view(cut="language").figures["county"]) >= {"alpha-county"}
    notes = released.notes[released.notes["reason"] == "audit"]
    assert set(notes["cut"]) == {"age"}
    assert released.ledger is not None
    assert len(released.ledger) == len(released.figures)


def test_a_total_that_fails_is_refused_with_its_findings():
    with pytest.raises(ReleaseRefused, match="It can be worked out") as refusal:
        release(FRAME, MEASURES, CUTS, audit=objects_to("total"))
    assert refusal.value.findings[0].table.cut == "total"
