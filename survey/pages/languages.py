"""For native reviewers: what there is of a language, beside the English, to print or to fill in."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from survey.pages.site import page
from survey.questionnaire import language_review
from survey.questionnaire.words import REFERENCE, Language
from survey.web.locale import content

blueprint = Blueprint("languages", __name__)


@blueprint.get("/languages")
def index() -> str:
    return page("languages/index.html", every_language=list(content().languages.values()))


@blueprint.get("/languages/<code>")
def review(code: str) -> str:
    """Show every sentence of one language, with room for a remark."""
    language = find(code)
    return page(
        "languages/review.html",
        language=language,
        parts=language_review.parts(content(), language),
    )


@blueprint.get("/languages/<code>/sheet.csv")
def sheet(code: str) -> Response:
    """Send the same as a sheet that a spreadsheet opens; the mark lets it see that it is UTF-8."""
    text = "\ufeff" + language_review.sheet(content(), find(code))
    reply = Response(text, mimetype="text/csv")
    reply.headers["Content-Disposition"] = f'attachment; filename="review-{code}.csv"'
    return reply


def find(code: str) -> Language:
    if code == REFERENCE or code not in content().languages:
        abort(404)
    return content().languages[code]
