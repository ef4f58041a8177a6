"""What stands beside the tables of a release: README, citation, licence, questionnaire, and the
Data Package that describes the tables to programs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.output.codebook import BAND_TABLE, COLUMN_TABLE, MEASURE_TABLE
from analysis.output.columns import Column, Table
from survey.config import ROOT
from survey.questionnaire.instrument import Content
from survey.questionnaire.words import REFERENCE
from survey.read.questionnaire_pdf import questionnaires
from survey.read.questionnaire_tables import ANSWERS, QUESTIONS, answers
from survey.storage.models import Release

CODEBOOKS = (COLUMN_TABLE, MEASURE_TABLE, QUESTIONS, ANSWERS, BAND_TABLE)
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES = {"int": "integer", "float": "number", "str": "string"}

Documents = Iterator[tuple[str, str | bytes]]  # file name and what it holds


def written(
    content: Content, release: Release, tables: Sequence[Table], folder: Path, *, by_state: bool
) -> Documents:
    """Yield every document of a release whose tables stand in `folder`.

    by_state: SPSS, Stata and Excel files are of one state each
    """
    typeset = dict(questionnaires(content, release))
    about = {
        "release": release,
        "day": release.made_at.date().isoformat(),
        "about": release.about,
        "tables": tables,
        "content": content,
        "by_state": by_state,
        "typeset": [content.languages[code] for code in typeset],
    }
    for name in ("README.md", "CITATION.cff", "LICENSE.txt"):
        yield name, pages(html=False).get_template(f"{name}.jinja").render(about)
    for language in content.languages.values():
        page = pages(html=True).get_template("questionnaire.html.jinja")
        asked = {"words": language, "say": language.say, "answers": answers, "reference": REFERENCE}
        yield f"questionnaire/{language.code}.html", page.render(about | asked)
    for code, made in typeset.items():
        yield f"questionnaire/{code}.pdf", made
    described = data_package(release, tables, folder)
    yield "datapackage.json", json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def pages(*, html: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(ROOT / "templates" / "package"),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def data_package(release: Release, tables: Sequence[Table], folder: Path) -> dict[str, Any]:
    """The release as a Data Package, version 2."""
    made_up = " All answers are made up." if release.about["made_up"] else ""
    return {
        "$schema": PROFILE,
        "name": f"porchlight-release-{release.id}",
        "title": f"Porchlight, release {release.id}",
        "description": "Trust in police and first responders among people who answered at National "
        f"Night Out and events like it: released figures, no answers.{made_up}",
        "version": f"{release.id}.0.0",
        "created": release.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "licenses": [{"name": "CC-BY-4.0", "path": LICENCE, "title": "CC BY 4.0"}],
        "contributors": [{"title": "The Porchlight project", "roles": ["creator"]}],
        "resources": [resource(table, folder) for table in tables],
    }


def resource(table: Table, folder: Path) -> dict[str, Any]:
    path = folder / f"{table.name}.csv"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    keys = [column.name for column in table.columns if column.key]
    return {
        "name": table.name,
        "type": "table",
        "path": path.name,
        "title": table.title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "dialect": {"lineTerminator": "\r\n"},
        "schema": {
            "fields": [field(column) for column in table.columns],
            "missingValues": [],
            **({"primaryKey": keys} if keys else {}),
        },
    }


def field(column: Column) -> dict[str, Any]:
    """A column; an empty cell of text is text, one of a number is missing, for the reason named."""
    described: dict[str, Any] = {
        "name": column.name,
        "type": TYPES[column.kind],
        "description": ", ".join(filter(None, (column.meaning, column.unit))),
    }
    if column.empty:
        described["missingValues"] = [{"value": "", "label": column.empty}]
    if column.values:
        described["categories"] = list(column.values)
        described["categoriesOrdered"] = column.ordered
        described["constraints"] = {"enum": list(column.values)}
    return described
