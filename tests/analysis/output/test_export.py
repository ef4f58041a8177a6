import csv
import io
import json

import pandas as pd
import pytest

from analysis.measures import Measure
from analysis.output.codebook import codebook
from analysis.output.export import FORMATS, safe, wide
from analysis.release.build import release
from analysis.release.released import FIGURES, stored_view
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


def as_shown(value):
    return "" if value != value else safe(value)


def test_every_format_goes_there_and_back(made):
    """The figures that were sent are the figures that were released, cell by cell."""
    figures = made.figures.to_dict("records")
    for id in FORMATS:
        sent = text(id, made)
        if id == "long":
            expected = [{k: as_shown(v) for k, v in row.items()} for row in figures]
            assert rows(sent) == expected
        elif id == "changes":
            changes = made.changes.to_dict("records")
            assert changes
            assert rows(sent) == [{k: as_shown(v) for k, v in row.items()} for row in changes]
        elif id == "overall":
            whole = made.overall.to_dict("records")
            assert whole
            assert rows(sent) == [{k: as_shown(v) for k, v in row.items()} for row in whole]
        elif id == "json":
            loaded = json.loads(sent)
            assert loaded["release"] == made.sha256
            expected = [{k: None if v != v else v for k, v in row.items()} for row in figures]
            assert loaded["figures"] == expected
            assert len(loaded["changes"]) == len(made.changes)
            assert len(loaded["overall"]) == len(made.overall)
        elif id == "wide":
            assert unwidened(rows(sent)) == narrow(figures)
        else:
            assert id == "codebook"
            assert rows(sent) == codebook(MEASURES).map(safe).to_dict("records")


PLACE = ("season", "state", "county", "community", "cut", "group")


def unwidened(sent):
    return {
        (*(row[name] for name in PLACE), measure.name): (
            row[f"{measure.name}.n"],
            row[f"{measure.name}.value_low"],
            row[f"{measure.name}.range_high"],
        )
        for row in sent
        for measure in MEASURES
        if row[f"{measure.name}.n"]
    }


def narrow(figures):
    return {
        (
            *(safe(row[name]) for name in PLACE),
            ".".join(filter(None, (row["measure"], row["agency"]))),
        ): (row["n"], as_shown(row["value_low"]), as_shown(row["range_high"]))
        for row in figures
    }


def test_columns_come_from_the_measures_and_not_from_the_data(made):
    nothing = made.view(community="nowhere")
    for id in FORMATS:
        if id != "json":
            assert text(id, nothing).split(b"\r\n")[0] == text(id, made).split(b"\r\n")[0]
    later = Measure("later", favourable=(5,))
    more = list(wide(made, (*MEASURES, later)).columns)
    assert more[: len(wide(made, MEASURES).columns)] == list(wide(made, MEASURES).columns)
    assert more[-5:][0] == "later.n"


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
    long = table.loc[table["file"] == "long", "column"].tolist()
    assert long == [field.name for field in FIGURES]
    described = set(table.loc[table["file"].isin(["wide", "long"]), "column"])
    assert set(wide(made, MEASURES).columns) <= described
    says = table.set_index("column")["meaning"]
    assert says["trust.police"] == "share of codes 4, 5 among 1, 2, 3, 4, 5 in trust about police"
    assert says["index.police"].endswith("0 at code 1, 100 at 5, at least 3 answered")


def test_it_is_sent_in_pieces(made):
    import analysis.output.export as export

    many = stored_view(pd.concat([made.figures] * 30), sha256=made.sha256)
    pieces = list(FORMATS["long"].write(many, MEASURES))
    assert len(pieces) == len(many.figures) // export.CHUNK + 1
    assert json.loads(text("json", many))["figures"][-1]["season"] == 2026
