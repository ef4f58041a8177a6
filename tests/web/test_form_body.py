"""A form that was cut off on its way is no form."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder

from survey.storage.models import Response
from survey.web.form_body import MOST_FIELDS, pairs_of
from tests.builders import Resident, add_event, add_poster


@pytest.mark.parametrize("lost", [1, 20, 60, 200])
def test_a_body_that_is_cut_off_stores_nothing(app, session, lost):
    """gunicorn hands over what came; werkzeug then believes that this was all."""
    poster = add_poster(session, add_event(app, session))
    resident = Resident(app.test_client(), poster.code).scans().answers()
    fields = MultiDict({**resident.fields, "go": "send"})
    environ = EnvironBuilder(f"/s/{poster.code}", method="POST", data=fields).get_environ()
    whole = environ["wsgi.input"].getvalue()
    cut = EnvironBuilder(
        f"/s/{poster.code}",
        method="POST",
        data=whole[:-lost],
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"CONTENT_LENGTH": str(len(whole)), "wsgi.input_terminated": True},
    )
    assert resident.client.open(cut).status_code == 400
    assert session.query(Response).count() == 0
    assert resident.sends().status_code == 303


@given(st.text(alphabet="ab.=&+%7E;C3A9 ~", max_size=60))
@example("a=1&&b&=c&d==e&f=%7E&+g=h+i&%61=%C3%A9")
@example("&".join(["a"] * (MOST_FIELDS + 1)))
@example("a=%FF")
def test_fields_are_read_as_the_standard_library_reads_them(text: str):
    def read(how):
        try:
            return how(text)
        except ValueError:
            return "refused"

    def expected(text: str):
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)

    assert read(pairs_of) == read(expected)
