"""The files of a release, read by programs that share no code with what wrote them.

Every format must give the same cells as the CSV, which must give the frozen rows. Columns are held
against yesterday's: tests/read/headers/ has a line for each, and none may ever go.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import struct
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import frictionless
import page
import pandas as pd
import polars as pl
import pypdfium2
import pyreadstat
import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from survey.read.typeset import FONTS
from survey.storage import db
from survey.storage.models import Figure, Release

HEADERS = Path(__file__).parent / "headers"
LONG = ("figures", "changes", "overall", "notes", "communities", "imports")
FILLED = (*LONG[:-1], "figures-wide")  # nothing was imported into the demonstration
CODEBOOKS = ("codebook", "codebook-measures", "codebook-questions", "codebook-answers",
             "codebook-bands")  # fmt: skip
TABLES = (*LONG, "figures-wide", *CODEBOOKS)


@pytest.fixture(scope="module")
def package(shown: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip as a visitor unpacks it."""
    folder = tmp_path_factory.mktemp("package")
    body = shown.test_client().get("/data/latest", follow_redirects=True).data
    zipfile.ZipFile(io.BytesIO(body)).extractall(folder)
    return folder / "porchlight-1"


def read(package: Path, name: str) -> list[dict[str, str]]:
    with (package / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def header(package: Path, name: str) -> list[str]:
    with (package / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


def as_text(value: object) -> str:
    """A cell of any program as the CSV has it."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


@pytest.mark.parametrize("name", TABLES)
def test_todays_columns_are_yesterdays_and_more(package: Path, name: str):
    """A column that was sent once is sent for ever. A new one is added to the file of headers."""
    frozen = (HEADERS / f"{name}.txt").read_text("utf-8").split()
    today = header(package, name)
    assert [column for column in frozen if column not in today] == [], "a column is gone"
    assert frozen == today, f"add new columns to tests/read/headers/{name}.txt"


def test_the_rows_are_those_that_were_frozen(shown: Flask, package: Path):
    sent = read(package, "figures")
    with shown.app_context():
        query = db.session().query(Figure).filter_by(release_id=1, kind="figure")
        frozen = [figure.row for figure in query.order_by(Figure.number)]
    assert len(frozen) > 5000
    for row, line in zip(frozen, sent, strict=True):
        for name, value in row.items():
            empty = name == "head_count" and value == 0
            assert line[name] == ("" if empty else as_text(value)), (name, row)


def test_each_row_says_its_level_and_its_place(package: Path):
    places = {row["community"]: row for row in read(package, "communities")}
    assert places["buffalo"]["area_name"] == "Erie County"
    figures = read(package, "figures")
    assert {row["level"] for row in figures} >= {"county", "community"}
    for row in (*figures, *read(package, "changes")):
        if row["level"] == "community":
            assert row["name"] == places[row["community"]]["name"]
            assert row["area_name"] == places[row["community"]]["area_name"]
        elif row["level"] == "county":
            assert row["name"] == row["area_name"]
            assert row["community"] == ""
        else:
            assert (row["level"], row["community"]) == ("pool", "other")
            assert row["members"].count("|") >= 1
    overall = read(package, "overall")
    assert {row["level"] for row in overall} == {"programme", "state"}
    assert {row["name"] for row in overall if row["level"] == "state"} == {"New York", "Ohio"}


def test_the_wide_table_says_what_the_long_one_says(package: Path):
    key = ("season", "state", "county", "community", "members", "cut", "group", "groups")
    wide = {tuple(row[name] for name in key): row for row in read(package, "figures-wide")}
    figures = read(package, "figures")
    for row in figures:
        line = wide[tuple(row[name] for name in key)]
        measure = ".".join(filter(None, (row["measure"], row["agency"])))
        stem = f"{measure}.v{row['wording'].replace('.', '_')}"
        for what in ("n_low", "value", "value_low", "value_high", "range_low", "range_high"):
            assert line[f"{stem}.{what}"] == row[what]
    filled = sum(name.endswith(".n_low") and cell != "" for row in wide.values()
                 for name, cell in row.items())  # fmt: skip
    assert filled == len(figures)


@pytest.mark.parametrize("name", FILLED)
def test_parquet_spss_stata_and_excel_hold_the_same_cells(package: Path, name: str):
    told = read(package, name)
    columns = list(told[0])
    wanted = [[row[column] for column in columns] for row in told]
    parquet = pl.read_parquet(package / "parquet" / f"{name}.parquet")
    assert parquet.columns == columns
    floats = [column for column in parquet if column.dtype == pl.Float64]
    assert not any(column.is_nan().any() for column in floats), "an empty cell is a null"
    assert [[as_text(cell) for cell in row] for row in parquet.iter_rows()] == wanted
    spss, about = pyreadstat.read_sav(
        package / "spss" / f"{name}.sav", apply_value_formats=True, formats_as_category=False
    )
    assert [[as_text(cell) for cell in row] for row in spss.itertuples(index=False)] == wanted
    assert all(about.column_labels)
    stata, _ = pyreadstat.read_dta(
        package / "stata" / f"{name}.dta", apply_value_formats=True, formats_as_category=False
    )
    assert [[as_text(cell) for cell in row] for row in stata.itertuples(index=False)] == wanted
    named = {row["column"]: row["stata"] for row in read(package, "codebook")
             if row["file"] == name}  # fmt: skip
    assert list(stata.columns) == [named[column] for column in columns]
    assert len(set(named.values())) == len(columns)
    assert all(len(one) <= 28 and one.isidentifier() for one in named.values())
    sheet = CalamineWorkbook.from_path(str(package / "excel" / "porchlight.xlsx"))
    rows = sheet.get_sheet_by_name(name).to_python()
    assert rows[0] == columns
    assert [[as_text(cell) for cell in row] for row in rows[1:]] == wanted


def test_numbers_are_numbers_and_categories_have_their_order(package: Path):
    figures = pd.read_csv(package / "figures.csv")
    for name in ("n_low", "n_high", "season", "events"):
        assert figures[name].dtype == "int64"
    assert figures["value"].dtype == figures["head_count"].dtype == "float64"
    parquet = pl.read_parquet(package / "parquet" / "figures.parquet")
    assert parquet["n_low"].dtype == parquet["head_count"].dtype == pl.Int64
    assert parquet["value"].null_count() == figures["value"].isna().sum() > 0
    _, spss = pyreadstat.read_sav(package / "spss" / "figures.sav")
    assert list(spss.variable_value_labels["level"].values()) == [
        "programme", "state", "county", "pool", "community",
    ]  # fmt: skip
    assert spss.variable_measure["level"] == "ordinal"
    assert list(spss.variable_value_labels["band"].values()) == ["thirds", "10", "5", "2", "1"]


def test_why_a_cell_is_empty_arrives_in_spss_and_stata(package: Path):
    """Shown in words, not settled and not counted are three kinds of missing."""
    empty = {name: sum(row[name] == "" for row in read(package, "figures"))
             for name in ("value", "icc", "head_count")}  # fmt: skip
    spss, labels = pyreadstat.read_sav(package / "spss" / "figures.sav", user_missing=True)
    stata, tags = pyreadstat.read_dta(package / "stata" / "figures.dta", user_missing=True)
    told = {row["column"]: row for row in read(package, "codebook") if row["file"] == "figures"}
    assert len({told[name]["spss_missing"] for name in empty}) == 3
    for name, count in empty.items():
        code, tag = told[name]["spss_missing"], told[name]["stata_missing"][1:]
        assert (spss[name] == int(code)).sum() == (stata[name] == tag).sum() == count > 0
        assert labels.missing_ranges[name] == [{"lo": float(code), "hi": float(code)}]
        assert labels.variable_value_labels[name][float(code)] == told[name]["empty"]
        assert list(tags.variable_value_labels[name].values()) == [told[name]["empty"]]


R = """
library(haven)
spss <- read_sav("spss/figures.sav", user_na = TRUE)
stata <- read_dta("stata/figures.dta")
long <- read.csv("figures.csv", fileEncoding = "UTF-8-BOM")
stopifnot(nrow(spss) == nrow(long), nrow(stata) == nrow(long))
levels_told <- c("programme", "state", "county", "pool", "community")
stopifnot(all(levels(as_factor(spss$level)) == levels_told))
stopifnot(all(as.character(as_factor(stata$level)) == long$level))
stopifnot(sum(is.na(spss$value)) == sum(is.na(long$value)))
stopifnot(sum(na_tag(stata$value) == "a", na.rm = TRUE) == sum(is.na(long$value)))
stopifnot(max(abs(stata$value - long$value), na.rm = TRUE) < 1e-9)
stopifnot(grepl("shown in words", names(attr(stata$value, "labels"))))
wide <- read.csv("figures-wide.csv", fileEncoding = "UTF-8-BOM", check.names = FALSE)
spss <- read_sav("spss/figures-wide.sav")
stata <- read_dta("stata/figures-wide.dta")
stopifnot(all(names(spss) == names(wide)), ncol(stata) == ncol(wide), nrow(stata) == nrow(wide))
name <- "trust.police.v1.value"
stopifnot(sum(is.na(spss[[name]])) == sum(is.na(wide[[name]])), any(!is.na(wide[[name]])))
stopifnot(max(abs(stata$trust_police_v1_value - wide[[name]]), na.rm = TRUE) < 1e-9)
"""


def test_r_reads_them_with_haven(package: Path):
    if not shutil.which("Rscript"):
        pytest.skip("R is not installed here")
    if subprocess.run(["Rscript", "-e", "library(haven)"], capture_output=True).returncode:
        pytest.skip("R has no package haven here")
    done = subprocess.run(["Rscript", "-e", R], cwd=package, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_data_package_is_valid_and_says_why_cells_are_empty(package: Path, tmp_path: Path):
    described = json.loads((package / "datapackage.json").read_text("utf-8"))
    assert [one["name"] for one in described["resources"]] == list(TABLES)
    for one in described["resources"]:
        body = (package / one["path"]).read_bytes()
        assert one["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
        assert one["bytes"] == len(body)
    fields = {one["name"]: one for one in described["resources"][0]["schema"]["fields"]}
    assert fields["value"]["missingValues"][0]["label"].startswith("shown in words")
    assert fields["level"]["categoriesOrdered"]
    narrow = [one for one in described["resources"] if one["name"] != "figures-wide"]
    (package / "narrow.json").write_text(json.dumps({**described, "resources": narrow}))
    report = frictionless.validate(str(package / "narrow.json"))
    (package / "narrow.json").unlink()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])[:5]


def test_the_codebook_names_every_column_of_every_file(package: Path):
    told = {(row["file"], row["column"]) for row in read(package, "codebook")}
    for name in TABLES:
        assert {(name, column) for column in header(package, name)} <= told
    assert len(told) == sum(len(header(package, name)) for name in TABLES)


def test_the_codebook_has_every_question_and_answer_in_every_language(package: Path, shown: Flask):
    languages = set(shown.extensions["content"].languages)
    questions = read(package, "codebook-questions")
    trust = {row["language"]: row["text"] for row in questions
             if (row["questionnaire"], row["question"]) == ("2026", "trust")}  # fmt: skip
    assert set(trust) == languages
    assert trust["en"] == "How much do you trust {agency} to do what is right for people here?"
    approach = {(row["questionnaire"], row["version"]) for row in questions
                if row["question"] == "approach"}  # fmt: skip
    assert {version for _, version in approach} == {"1.0", "2.0"}
    answers = [row for row in read(package, "codebook-answers") if row["question"] == "trust"]
    english = [row for row in answers if row["language"] == "en" and row["questionnaire"] == "2026"]
    assert [(row["code"], row["counts"]) for row in english] == [
        ("1", "unfavourable"), ("2", "unfavourable"), ("3", ""), ("4", "favourable"),
        ("5", "favourable"),
    ]  # fmt: skip
    missing = {
        row["code"] for row in read(package, "codebook-answers") if row["counts"] == "missing"
    }
    assert missing == {"-1", "-2", "-3", "-4", "-5"}
    for language in languages:
        page = (package / "questionnaire" / f"{language}.html").read_text("utf-8")
        assert trust[language].split("{")[0].strip() in page.replace("&#39;", "'")


def test_the_questionnaire_can_be_printed(package: Path):
    """As tagged PDF in every language, in a font that has its letters, with what people read."""
    asked = read(package, "codebook-questions")
    made = {path.stem: path for path in (package / "questionnaire").glob("*.pdf")}
    assert set(made) == {row["language"] for row in asked}, "see static/vendor/fonts and 0079"
    for language, path in made.items():
        document = pypdfium2.PdfDocument(path)
        said = written(" ".join(part.get_textpage().get_text_bounded() for part in document))
        questions = [row["text"] for row in asked if row["language"] == language]
        assert len(questions) > 50
        if language in SET_IN_CLUSTERS:
            missing = Counter(filter(str.isalpha, "".join(questions))) - Counter(said)
            assert set(family(document)) & {f"NotoSans{SET_IN_CLUSTERS[language]}-Bold"}, language
        else:
            missing = Counter(text for text in questions if written(text)[:30] not in said)
        assert not missing, language
    for language in ("en", "es", "ar", "my"):
        report = page.validate_pdf_bytes(made[language].read_bytes(), profile="ua1")
        assert report.is_compliant, report
    assert "Borrador" in pypdfium2.PdfDocument(made["es"])[0].get_textpage().get_text_bounded()


# several letters are one shape there, which a reader of PDFs gives back in another order, or twice
SET_IN_CLUSTERS = {"ar": "Arabic", "my": "Myanmar", "ksw": "Myanmar"}


def written(text: str) -> str:
    """The signs of a text, without what separates words."""
    return "".join(text.replace("\ufffe", "-").split())


def family(document: pypdfium2.PdfDocument) -> Iterator[str]:
    """The fonts of a document's first page."""
    for part in document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
        assert isinstance(part, pypdfium2.PdfTextObj)
        yield part.get_font().get_base_name().partition("+")[2]


@pytest.mark.parametrize("script", ["Arabic", "Bengali", "Devanagari", "Myanmar"])
def test_fonts_keep_what_joins_and_stacks_their_letters(script: str):
    """Cut without these tables, a font still has every letter and sets them apart, unreadable."""
    for weight in ("Regular", "Bold"):
        font = (FONTS / f"NotoSans{script}-{weight}.ttf").read_bytes()
        (tables,) = struct.unpack(">H", font[4:6])
        sizes = {font[at : at + 4]: int.from_bytes(font[at + 12 : at + 16], "big")
                 for at in range(12, 12 + 16 * tables, 16)}  # fmt: skip
        assert sizes.get(b"GSUB", 0) > 2000, "substitutions: joined forms, conjuncts"
        assert sizes.get(b"GPOS", 0) > 1000, "positions: marks above and below"


def test_readme_citation_and_licence_say_what_they_must(package: Path, shown: Flask):
    with shown.app_context():
        release = db.session().get_one(Release, 1)
    readme = (package / "README.md").read_text("utf-8")
    assert release.sha256 in readme
    assert "made up" in readme
    for name in TABLES:
        assert f"`{name}.csv`" in readme
    citation = (package / "CITATION.cff").read_text("utf-8")
    assert f"sha256:{release.sha256}" in citation
    assert "cff-version: 1.2.0" in citation
    assert "CC BY 4.0" in (package / "LICENSE.txt").read_text("utf-8")


def test_made_again_at_another_time_it_is_the_same_bytes(package: Path, tmp_path: Path):
    """Every format that carries a clock carries the release's."""
    from analysis.output.columns import COMMUNITIES_TABLE
    from analysis.output.excel import write_xlsx
    from analysis.output.parquet import write_parquet
    from analysis.output.statistics_files import write_dta, write_sav

    made_at = datetime(2026, 8, 9, 12, 30, tzinfo=UTC)
    rows = [list(row.values()) for row in read(package, "communities")]
    paths = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        write_parquet(folder / "t.parquet", COMMUNITIES_TABLE, rows)
        write_sav(folder / "t.sav", COMMUNITIES_TABLE, rows, "t", made_at)
        write_dta(folder / "t.dta", COMMUNITIES_TABLE, rows, "t", made_at)
        write_xlsx(folder / "t.xlsx", [(COMMUNITIES_TABLE, rows)], "t", made_at)
        paths.append(sorted(folder.iterdir()))
        now = datetime.now(UTC).strftime("%d %b %y").encode()
        assert not any(now in path.read_bytes() for path in paths[-1])
    for one, two in zip(*paths, strict=True):
        assert one.read_bytes() == two.read_bytes(), one.name


def test_no_text_is_ever_a_formula_or_a_link(tmp_path: Path):
    from analysis.output.columns import COMMUNITIES_TABLE
    from analysis.output.excel import write_xlsx

    texts = ["=1+1", "@SUM(1)", "https://survey.example", "12", "{=1}", "mailto:a@b.example"]
    write_xlsx(tmp_path / "t.xlsx", [(COMMUNITIES_TABLE, [texts])], "t", datetime.now(UTC))
    with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert 'state="frozen"' in sheet
    read = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx")).get_sheet_by_index(0).to_python()
    assert read[1][: len(texts)] == texts


def test_a_large_release_has_files_for_each_state(shown: Flask, tmp_path: Path, monkeypatch):
    from analysis.output import columns
    from survey.read import package as module

    monkeypatch.setattr(module, "LARGE", 100)
    monkeypatch.setattr(module, "write_xlsx", lambda path, *more: path.touch())
    with shown.app_context():
        release = db.session().get_one(Release, 1)
        of = module.Package(db.session(), shown.extensions["content"], release, tmp_path)
        assert of.states == ["New York", "Ohio"]
        for name in ("spss", "stata", "excel"):
            (tmp_path / name).mkdir()
        overall = (columns.OVERALL_TABLE, of.rows(columns.OVERALL_TABLE))
        of.statistics([overall, of.wide()], [], "Ohio")
    states, _ = pyreadstat.read_sav(tmp_path / "spss" / "overall-ohio.sav")
    assert set(states["state"]) == {"", "Ohio"}
    wide, _ = pyreadstat.read_sav(tmp_path / "spss" / "figures-wide-ohio.sav")
    assert (set(wide["state"]), set(wide["cut"])) == ({"Ohio"}, {"total"})
    assert {path.name for path in tmp_path.rglob("*.*")} == {
        "overall-ohio.sav", "overall-ohio.dta", "figures-wide-ohio.sav", "figures-wide-ohio.dta",
        "porchlight-ohio.xlsx",
    }  # fmt: skip
