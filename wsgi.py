"""What a WSGI server and the `flask` command load."""

from __future__ import annotations

import sys

from survey import create_app
from survey.questionnaire.words import ContentError
from survey.setting_values import SettingError

try:
    app = create_app()
except (SettingError, ContentError) as error:
    sys.exit(f"Porchlight cannot start: {error}")
