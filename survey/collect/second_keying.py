"""Sheets of paper that are keyed a second time, to be compared with the first keying."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select

from survey.collect.intake import Outcome, Submission
from survey.collect.undo import is_undone
from survey.questionnaire.answer_codes import check_answers, codes_of_form
from survey.questionnaire.instrument import Instrument
from survey.storage.desk_tables import SecondKeying
from survey.storage.events import Place

MOST = 500  # of one event: a sample of its sheets; the door is as open as that of paper


def keep(
    connection: Connection, instrument: Instrument, place: Place, submission: Submission
) -> Outcome:
    """Keep one sheet, once; beyond MOST nothing more is kept. Its comment is not compared.

    Raises UnknownCode where an answer is none that the questionnaire knows.
    """
    codes = codes_of_form(instrument, place.agencies, place.wave, submission.audience)
    check_answers(submission.answers, codes)
    mine = SecondKeying.event_id == place.event_id
    there = select(SecondKeying.id).where(mine, SecondKeying.id == submission.id)
    if connection.scalar(there) is not None:
        return Outcome.REPEATED
    if (connection.scalar(select(func.count()).select_from(SecondKeying).where(mine)) or 0) < MOST:
        row = {"event_id": place.event_id, "id": submission.id, "audience": submission.audience}
        connection.execute(insert(SecondKeying), {**row, "answers": submission.answers})
        if is_undone(connection, place.event_id, submission.id):  # asked last: see intake.take_out
            connection.execute(delete(SecondKeying).where(mine, SecondKeying.id == submission.id))
    return Outcome.STORED
