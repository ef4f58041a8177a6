import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from analysis.measures import Measure
from analysis.output.codebook import codebook
from analysis.output.columns import LONG, WIDE, wide_table
from analysis.output.export import FORMATS, safe
from analysis.output.statistics_files import write_dta, write_sav
from analysis.release.build import release
from analysis.release.columns import CHANGES, FIGURES, OVERALL
from analysis.release.released import stored_view
from analysis.tabulation.rounding import BANDS, band_n, band_of, coarser, greatest_n
from tests.analysis.made_up import ALPHA, BETA, CUTS, MEASURES, people, together


@pytest.fixture(scope="module")
def made():
    earlier = people(ALPHA, 150, season=2025)
    return release(together(earlier, people(ALPHA, 300), people(BETA, 25)), MEASURES, CUTS)


def text(format, view, measures=MEASURES):
    return b"".join(FORMATS[format].write(view, measures))


def rows(sent):
    assert sent.startswith(b"\xef\xbb\xbf")
    body = sent.decode("utf-8-sig")
    assert body.count("\n") == body.count("\r\n")
    assert body.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(body, newline="")))


def as_shown(name, value):
    """A frozen cell as it is sent: nothing where nothing was counted."""
    if value != value or (name in ("head_count", "season_from") and value == 0):
        return ""
    return safe(value)


def frozen(sent, fields):
    """The columns of a release among those that were sent."""
    names = [field.name for field in fields]
    return [{name: row[name] for name in names} for row in sent]


def expected(table):
    return [{k: as_shown(k, v) for k, v in row.items()} for row in table.to_dict("records")]


def test_every_format_goes_there_and_back(made):
    """The figures that were sent are the figures that were released, cell by cell."""
    figures = made.figures.to_dict("records")
    tables = {"long": FIGURES, "changes": CHANGES, "overall": OVERALL}
    released = {"long": made.figures, "changes": made.changes, "overall": made.overall}
    for id in FORMATS:
        sent = text(id, made)
        if id in tables:
            assert len(released[id])
            assert frozen(rows(sent), tables[id]) == expected(released[id])
        elif id == "json":
            loaded = json.loads(sent)
            assert loaded["release"] == made.sha256
            wanted = [
                {k: None if as_shown(k, v) == "" and v != "" else v for k, v in row.items()}
                for row in figures
            ]
            assert frozen(loaded["figures"], FIGURES) == wanted
            assert len(loaded["changes"]) == len(made.changes)
            assert len(loaded["overall"]) == len(made.overall)
        elif id == "wide":
            assert unwidened(rows(sent)) == narrow(figures)
        else:
            assert id == "codebook"
            assert rows(sent) == codebook(MEASURES).map(safe).to_dict("records")


def test_level_name_and_both_ends_of_n_stand_beside_what_is_frozen(made):
    sent = rows(text("long", made))
    assert {row["level"] for row in sent} == {"county", "community"}
    for row in sent:
        assert (row["level"] == "county") == (row["community"] == "")
        low, high = int(row["n_low"]), int(row["n_high"])
        assert row["n"] == ("11\u201329" if low == 11 else str(low))
        assert high - low in ((18,) if low == 11 else (4, 9))
        assert row["name"] == (row["community"] or row["county"])


@pytest.mark.parametrize("coarse", [0, 1])
def test_the_greatest_n_is_told_from_what_is_printed(coarse):
    for n in range(11, 400):
        counted = np.array([n])
        low, high = band_n(counted, coarse)
        band = BANDS[int(coarser(band_of(counted), coarse)[0])].name
        assert greatest_n(int(low[0]), band) == int(high[0])


PLACE = ("season", "state", "county", "community", "cut", "group")


def unwidened(sent):
    return {
        (*(row[name] for name in PLACE), f"{measure.name}.v1"): (
            row[f"{measure.name}.v1.n_low"],
            row[f"{measure.name}.v1.value_low"],
            row[f"{measure.name}.v1.range_high"],
        )
        for row in sent
        for measure in MEASURES
        if row[f"{measure.name}.v1.n_low"]
    }


def narrow(figures):
    return {
        (
            *(safe(row[name]) for name in PLACE),
            ".".join(filter(None, (row["measure"], row["agency"], f"v{row['wording']}"))),
        ): (safe(row["n_low"]), safe(row["value_low"]), as_shown("", row["range_high"]))
        for row in figures
    }


def test_columns_come_from_the_measures_and_not_from_the_data(made):
    nothing = made.view(community="nowhere")
    for id in FORMATS:
        if id != "json":
            assert text(id, nothing).split(b"\r\n")[0] == text(id, made).split(b"\r\n")[0]
    later = Measure("later", favourable=(5,), wording={"2026": "1", "2030": "2"})
    before, more = wide_table(MEASURES).names, wide_table((*MEASURES, later)).names
    assert more[: len(before)] == before
    assert more[len(before) :] == tuple(
        f"later.v{wording}.{what}" for wording in "12" for what, _, _ in WIDE
    )


def test_nothing_but_a_release_is_sent(made):
    for id in FORMATS:
        with pytest.raises(TypeError, match="not released"):
            text(id, made.figures)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_could_start_a_formula_is_defused(made, start):
    assert safe(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    named = made.figures.replace({"alpha": f"{start}1+1"})
    view = stored_view(named, sha256=made.sha256)
    for id in ("long", "wide"):
        assert {row["community"][:2] for row in rows(text(id, view))} >= {f"'{start}"}


def test_numbers_are_exempt():
    assert safe(-0.25) == "-0.25"
    assert safe(-3) == "-3"
    assert safe(-0.0) == "0"
    assert safe(1e-7) == "0"
    assert safe(100.0) == "100"
    assert safe(float("nan")) == ""


def test_no_cell_looks_like_a_date_to_a_spreadsheet(made):
    assert {row["n"] for row in rows(text("long", made)) if not row["n"].isdigit()} == {"11–29"}


def test_the_codebook_explains_every_column(made):
    table = codebook(MEASURES)
    assert table["meaning"].str.len().gt(5).all()
    for sent in (*LONG, wide_table(MEASURES)):
        assert table.loc[table["file"] == sent.name, "column"].tolist() == list(sent.names)
    says = table.set_index("column")["meaning"]
    share = "share of codes 4, 5 among 1, 2, 3, 4, 5 in trust about police"
    assert says["trust.police.v1.value"].startswith(share)
    assert "0 at code 1, 100 at 5, at least 3 answered" in says["index.police.v1.value"]
    assert not table.loc[table["file"] == "figures-wide", "stata"].duplicated().any()
    assert table["stata"].str.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,31}").all()


def test_every_name_of_a_column_is_one_that_spss_and_stata_take(tmp_path):
    """Of counts alone a wording has a hyphen; no program but ours takes one."""
    counted = replace(MEASURES[0], wording={"2026": "1-counted"})
    table = wide_table([counted])
    row = ["2026", "community", "Ohio", "Erie", "Erie County", "elm", "Elm", "", "total", "", ""]
    cells = [row[0], *row[1:], 40, 0.5, 0.4, 0.6, None, None]
    cells[0] = 2026
    moment = datetime(2026, 8, 9, tzinfo=UTC)
    write_sav(tmp_path / "t.sav", table, [cells], "t", moment)
    write_dta(tmp_path / "t.dta", table, [cells], "t", moment)
    spss, _ = pyreadstat.read_sav(tmp_path / "t.sav")
    stata, _ = pyreadstat.read_dta(tmp_path / "t.dta")
    [value] = [name for name in spss.columns if name.endswith(".value")]
    assert value.endswith(".v1_counted.value")
    assert spss[value].tolist() == stata.iloc[:, list(spss.columns).index(value)].tolist() == [0.5]
    assert all(len(name) <= 28 and name.isidentifier() for name in stata.columns)


def test_it_is_sent_in_pieces(made):
    import analysis.output.export as export

    many = stored_view(pd.concat([made.figures] * 30), sha256=made.sha256)
    pieces = list(FORMATS["long"].write(many, MEASURES))
    assert len(pieces) == 1 + -(-len(many.figures) // export.CHUNK)  # the header goes at once
    assert json.loads(text("json", many))["figures"][-1]["season"] == 2026
