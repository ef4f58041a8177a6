import pytest

from analysis.disclosure.rules import simple_audit
from analysis.release import county, figures
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


def test_a_table_that_breaks_a_rule_is_refused_with_its_findings(monkeypatch: pytest.MonkeyPatch):
    """Planted: a figure of 60 people is printed as one of 90."""
    printed = figures.publish

    def wrong(rows):
        table = printed(rows)
        return table.assign(n_low=table["n_low"].where(table["community"] != "beta", 90))

    monkeypatch.setattr(county, "publish", wrong)
    with pytest.raises(ReleaseRefused, match="A shown n is not that of its part") as refusal:
        release(FRAME, MEASURES, CUTS)
    assert {finding.table.county for finding in refusal.value.findings} == {"alpha-county"}
