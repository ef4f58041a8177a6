"""The API described for programs (OpenAPI 3.1), made of the same declarations as its answers."""

from __future__ import annotations

from typing import Any

from survey.read.api import FILTERS, LIMIT, MOST, WHOLE

TITLE = "Porchlight: released figures"
TYPES = {"int": "integer", "float": "number", "str": "string"}
PROBLEM = {
    "description": "What went wrong",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
ERRORS = {"404": PROBLEM}


def described(address: str) -> dict[str, Any]:
    """Return the document, for an API that is served at `address`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": "1",
            "summary": "Trust in police and first responders among people who answered at events.",
            "description": "Read only. Filters narrow to what was released; anything else is 404.",
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": address}],
        "paths": {
            "/api/v1/releases": {"get": _get("Every release, newest first", "Releases")},
            "/api/v1/releases/{release}": {
                "parameters": [RELEASE],
                "get": _get("One release: seasons, communities, measures, cuts", "Release"),
            },
            **{
                f"/api/v1/releases/{{release}}/{table}": {
                    "parameters": [RELEASE],
                    "get": _get(f"Rows of the table {table}", table.capitalize(), table),
                }
                for table in FILTERS
            },
        },
        "components": {"schemas": _schemas()},
    }


RELEASE = {
    "name": "release",
    "in": "path",
    "required": True,
    "description": "A release's number, or latest",
    "schema": {"type": "string", "pattern": "^(latest|[1-9][0-9]{0,8})$"},
}


def _get(summary: str, schema: str, table: str = "") -> dict[str, Any]:
    body = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    errors = {**ERRORS, "400": PROBLEM} if table else ERRORS
    return {
        "summary": summary,
        "operationId": schema.lower(),
        "parameters": [*map(_filter, FILTERS.get(table, ())), *(PAGING if table else ())],
        "responses": {"200": {"description": summary, "content": body}, **errors},
    }


def _filter(name: str) -> dict[str, Any]:
    kind = "integer" if name in WHOLE else "string"
    return {
        "name": name,
        "in": "query",
        "description": f"Only rows of this {name}; 404 where the release has none",
        "schema": {"type": kind},
    }


PAGING = (
    {
        "name": "limit",
        "in": "query",
        "description": "Rows of a page at most; a page may hold fewer although more follow",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
    },
    {
        "name": "cursor",
        "in": "query",
        "description": "Where the page starts: from the `next` of the page before",
        "schema": {"type": "integer", "minimum": -1, "maximum": 2**31 - 1},
    },
)


def _schemas() -> dict[str, Any]:
    from analysis.output.columns import LONG  # loads pandas: only where the description is made

    text, texts = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
    listed = {
        "id": {"type": "integer"},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "made_at": {"type": "string", "format": "date-time"},
        "made_up": {"type": "boolean"},
        "zip": {"type": "string", "format": "uri"},
        "url": {"type": "string", "format": "uri"},
    }
    whole = {
        **listed,
        "seasons": {"type": "array", "items": {"type": "integer"}},
        "cuts": texts,
        "communities": {"type": "array", "items": _object(dict.fromkeys(COMMUNITY, text))},
        "measures": {"type": "array", "items": _object(dict.fromkeys(MEASURE, text))},
    }
    schemas = {
        "Releases": _object({"releases": {"type": "array", "items": _object(listed)}}),
        "Release": _object(whole),
        "Problem": _object(
            {"type": text, "title": text, "status": {"type": "integer"}, "detail": text}
        ),
    }
    for table in LONG:
        if table.name in FILTERS:
            row = {column.name: _column(column) for column in table.columns}
            row |= {"settled": SETTLED} if table.name == "figures" else {}
            schemas[table.name.capitalize()] = _object(
                {
                    "release": listed["id"],
                    "sha256": listed["sha256"],
                    "rows": {"type": "array", "maxItems": MOST, "items": _object(row)},
                    "next": {"type": ["string", "null"], "format": "uri"},
                }
            )
    return schemas


COMMUNITY = (
    "community", "name", "state", "county", "area", "area_name", "state_fips", "fips", "gnis",
)  # fmt: skip
SETTLED = {
    "type": ["boolean", "null"],
    "description": "false: counted in another way, it could lie more than 5 points away; "
    "null: a group's figure, of which that is not worked out",
}
MEASURE = ("measure", "agency", "unit", "audience", "wave", "title")


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _column(column: Any) -> dict[str, Any]:
    kind = TYPES[column.kind]
    described: dict[str, Any] = {"type": [kind, "null"] if column.empty else kind}
    described["description"] = column.meaning
    return described | ({"enum": list(column.values)} if column.values else {})
