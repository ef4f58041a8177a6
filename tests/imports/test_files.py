"""Every file of expected.json: its tool, what is dropped, left out, asked and counted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from survey.imports.mapping_file import mapping_of
from survey.imports.plan import Plan
from survey.imports.plan_lines import plan_lines
from survey.imports.problems import ImportProblem
from survey.imports.reading import read_plan
from tests.imports.asked import EXPECTED, FILES, PLANTED, answered, evening, stored_as

READABLE = [one for one in EXPECTED if "error" not in one]
REFUSED = [one for one in EXPECTED if "error" in one]


def plan_of(expected: dict[str, Any], *, mapped: bool = False) -> Plan:
    mapping = mapping_of(answered(expected)) if mapped else None
    return read_plan(FILES / expected["file"], evening(), mapping)


def name(expected: dict[str, Any]) -> str:
    return str(expected["file"])


def test_every_file_is_tried():
    assert {one["file"] for one in EXPECTED} == {
        path.name for path in FILES.iterdir() if path.name != "expected.json"
    }
    assert len(READABLE) + len(REFUSED) == 36


@pytest.mark.parametrize("expected", READABLE, ids=name)
def test_a_file_is_explained(expected):
    plan = plan_of(expected)
    assert plan.tool == expected["tool"]
    assert {one["column"] for one in expected["drop"]} <= {
        column.heading.letter for column in plan.dropped
    }
    free = {one["column"] for one in expected.get("free_text", ())}
    assert not free & {column.heading.letter for column in plan.used}
    if expected.get("container", "csv") == "csv":
        assert (plan.encoding, plan.delimiter) == (expected["encoding"], expected["delimiter"])
    if "header_rows" in expected:
        assert plan.layout.header_rows == expected["header_rows"]
    if "sheet" in expected:
        assert plan.sheet == expected["sheet"]


@pytest.mark.parametrize("expected", READABLE, ids=name)
def test_what_is_not_sure_is_asked_and_nothing_else(expected):
    plan = plan_of(expected)
    asked = " ".join(f"{ask.place} " for ask in plan.asks)
    for question in expected["questions"].values():
        place = f"row {question['row']} " if "row" in question else f"column {question['column']} "
        if expected["kind"] == "counts" and expected["file"].startswith("21"):
            assert "n (83)" in plan.asks[0].sentence
        elif not question["map_without_asking"] and "fair. How much" not in str(question):
            assert place in asked
    if all(q["map_without_asking"] for q in expected["questions"].values()):
        assert bool(plan.asks) == expected["file"].startswith("27")  # its ages are dates


@pytest.mark.parametrize("expected", READABLE, ids=name)
def test_the_counts_are_those_of_the_file(expected):
    plan = plan_of(expected, mapped=True)
    assert plan.asks == []
    if plan.is_counts:
        assert plan.n_rows == expected["responses"]
    else:
        assert (plan.responses, plan.complete) == (expected["responses"], expected["complete"])
    assert sorted(row for one in plan.left_out for row in one.rows) == sorted(
        row for one in expected["left_out"] for row in one["rows"]
    )
    for item, question in expected["questions"].items():
        found = {str(k): v for k, v in plan.counts[stored_as(item)].items() if v}
        assert found == {k: v for k, v in question["counts"].items() if v}, item
        if "counts_complete_only" in question:
            whole = {str(k): v for k, v in plan.complete_counts[stored_as(item)].items()}
            assert whole == question["counts_complete_only"], item


@pytest.mark.parametrize("expected", REFUSED, ids=name)
def test_a_file_that_cannot_be_used_is_refused_with_its_place(expected):
    error = expected["error"]
    with pytest.raises(ImportProblem) as refused:
        plan_of(expected)
    found = refused.value
    assert found.code == error["code"]
    assert (found.row or None, found.column or None) == (error["row"], error["column"])
    if error["row"]:
        assert f"ow {error['row']}, column {error['column']}" in str(found)
    if "header" in error:
        assert error["header"] in str(found)


def met(**columns: str) -> str:
    """Lines of a mapping file for columns of the question that takes several."""
    return "\n".join(f'[columns.{at}]\nquestion = "met"\n{more}' for at, more in columns.items())


TOWN = (
    'labels = { "Police, sheriff or trooper" = "police", "Fire" = "fire", '
    '"EMS, ambulance" = "ems", "911 center" = "dispatch" }'
)
RESCUE = 'labels = { "Fire, rescue" = "fire", "Other" = "others" }'
MULTI = {  # file -> mapping of its question that takes several, and how often each is then named
    "01": ("", {"police": 3, "fire": 6, "ems": 4, "others": 2}),
    "02": (met(F=TOWN), {"police": 3, "fire": 4, "ems": 6, "dispatch": 3, "others": 1}),
    "05": (met(M="", N="", O=""), {"police": 4, "fire": 6, "ems": 5}),
    "07": (met(U=RESCUE), {"police": 4, "fire": 2, "ems": 3, "others": 5}),
    "14": (
        met(J='option = "police"', K='option = "fire"', L='option = "others"'),
        {"police": 4, "fire": 4, "others": 6},
    ),
    "15": (met(E=""), {"police": 5, "fire": 5, "ems": 2}),
    "16": (met(I=""), {"police": 5, "fire": 4, "ems": 6}),
    "18": (met(F="", G=""), {"police": 4, "fire": 5}),
}


@pytest.mark.parametrize("number", MULTI)
def test_several_options_are_told_apart(number):
    expected = next(one for one in EXPECTED if one["file"].startswith(number))
    lines, counts = MULTI[number]
    mapping = mapping_of(f"{answered(expected)}\n{lines}")
    plan = read_plan(FILES / expected["file"], evening(), mapping)
    assert plan.asks == []
    named = {code: n for code, n in plan.counts["met"].items() if isinstance(code, str)}
    assert named == counts


@pytest.mark.parametrize("expected", READABLE, ids=name)
def test_a_plan_tells_nothing_that_identifies(expected):
    shown = "\n".join(plan_lines(plan_of(expected), evening()))
    assert not [pattern for pattern in PLANTED if re.search(pattern, shown)]


OTHERS = {  # more files of the same kinds: text, tool, items that are used, columns asked about
    "SurveyMonkey in Spanish": (
        (
            "ID del encuestado,ID del recopilador,Fecha de inicio,Fecha de finalización,"
            "Dirección IP,"
            "Dirección de correo electrónico,Nombre,Apellido,Datos personalizados 1,"
            "¿Cuánto confía en que la policía hará lo correcto para la gente de aquí?,"
            "¿Con quién habló en este evento?,,\n"
            ",,,,,,,,,Respuesta,Policía,Bomberos,Otro (especifique)\n"
            "118,46,05/08/2025,05/08/2025,192.0.2.1,,,,,Mucho,Policía,,mi tía\n"
        ),
        ("surveymonkey", {"trust.police", "met"}, []),
    ),
    "SurveyMonkey with one heading row": (
        (
            "RespondentID,CollectorID,StartDate,EndDate,IP Address,"
            "How much trust in each? - Police\n"
            "1,2,45874.75,45874.76,192.0.2.1,A lot\n"
        ),
        ("surveymonkey", set(), ["F"]),
    ),
    "no tool, and rows that look like a table of counts": (
        (
            "Date,I trust the police in my town,My age\n8/5/2025,Strongly agree,34\n"
            "8/5/2025,Neutral,22\n8/5/2025,Disagree,25\n"
        ),
        ("unknown", set(), ["B"]),
    ),
    "a scale of eleven digits": (
        'Submitted,"From 0 to 10, how far do you trust the police?"\n2025-08-05,7\n2025-08-05,0\n',
        ("unknown", set(), ["B"]),
    ),
    "a published score": ("Year,Trust score\n2023,72\n2024,74\n", ("unknown", set(), [])),
    "Microsoft Forms in Spanish": (
        (
            "ID;Hora de inicio;Hora de finalización;Correo electrónico;Nombre;"
            "¿Cuánto confía en que la policía hará lo correcto para la gente de aquí?\n"
            "1;5/8/2025 18:00;5/8/2025 18:01;anonymous;;Más o menos\n"
        ),
        ("ms_forms", {"trust.police"}, []),
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_of_the_same_kinds(name, tmp_path):
    text, (tool, items, asked) = OTHERS[name]
    path = tmp_path / "other.csv"
    path.write_text(text, "utf-8")
    plan = read_plan(path, evening())
    assert (plan.tool, {column.item for column in plan.used}) == (tool, items)
    assert [ask.place.split()[1] for ask in plan.asks] == asked
