"""`flask doctor`: everything that can be wrong with an installation, and what to type."""

from __future__ import annotations

import sys

import click
from flask.cli import with_appcontext

from survey.commands.work import settings, speak
from survey.desk import checkup
from survey.storage import db

SHOWN = {checkup.GOOD: "ok     ", checkup.ODD: "look   ", checkup.BAD: "WRONG  "}


@click.command()
@click.option("--offline", is_flag=True, help="Do not open PUBLIC_URL as a phone would.")
@with_appcontext
def doctor(offline: bool) -> None:
    """Check everything this installation needs, and say what to type where something is wrong."""
    findings = list(checkup.findings(settings(), db.engine(), db.writer(), db.seal()))
    if not offline:
        findings.append(checkup.public_address(settings()))
    for one in findings:
        speak([f"{SHOWN[one.state]}{one.about}: {one.says}"])
    wrong = sum(one.state == checkup.BAD for one in findings)
    speak(
        [f"{wrong} of {len(findings)} checks found something wrong." if wrong else "All is well."]
    )
    if wrong:
        sys.exit(1)
