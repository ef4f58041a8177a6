"""A form that was cut off on its way is no form."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder

from survey.storage.models import Response
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
