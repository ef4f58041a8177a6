"""A release of an earlier version may hold a group that no questionnaire names: its page opens."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from survey.questionnaire.content_files import read_content
from survey.read.captions import Teller


@pytest.mark.parametrize(("code", "name"), [("en", "Did not say"), ("es", "No lo dijo")])
def test_a_group_without_a_name_did_not_say(code: str, name: str):
    language = read_content().languages[code]
    groups = {"groups": lambda cut: [("18-34", "18 to 34")], "worded": {}}
    tell: Any = SimpleNamespace(language=language, **groups)
    assert Teller.group(tell, "age", " ") == name
    assert Teller.group(tell, "age", "18-34") == "18 to 34"
