"""Who may open what: every route of the desk, by role. A route that is not here opens for nobody.

A page of another community, and one that a role does not have, is a page that is not there (404).
"""

from __future__ import annotations

from survey.desk.accounts import DEPARTMENT, OPERATOR, ORGANISER, REVIEWER

ANYBODY = frozenset({""})  # signed in or not
EVERYBODY = frozenset({OPERATOR, ORGANISER, DEPARTMENT, REVIEWER})
SEES_THE_NIGHT = frozenset({OPERATOR, ORGANISER, DEPARTMENT})
READS_COMMENTS = frozenset({OPERATOR, ORGANISER, REVIEWER})
HOSTS = frozenset({OPERATOR, ORGANISER})
REPLIES = frozenset({OPERATOR, DEPARTMENT})

MAY: dict[str, frozenset[str]] = {
    "desk.sign_in": ANYBODY,
    "desk.let_in": ANYBODY,
    "desk.welcome": ANYBODY,
    "desk.join": ANYBODY,
    "desk.sign_out": EVERYBODY,
    "desk.home": EVERYBODY,
    "desk.place": EVERYBODY,
    "desk.new_event": HOSTS,
    "desk.make_event": HOSTS,
    "desk.again": HOSTS,
    "desk.plan": HOSTS,
    "desk.correct_when": HOSTS,
    "desk.correct_languages": HOSTS,
    "desk.correct_host": HOSTS,
    "desk.correct_names": HOSTS,
    "desk.remove_event": HOSTS,
    "desk.posters": HOSTS,
    "desk.add_poster": HOSTS,
    "desk.move_poster": HOSTS,
    "desk.replace": HOSTS,
    "desk.replace_code": HOSTS,
    "desk.remove_poster": HOSTS,
    "desk.sheets": HOSTS,
    "desk.try_out": HOSTS,
    "desk.try_out_now": HOSTS,
    "desk.begin_try_out": HOSTS,
    "desk.wipe_try_out": HOSTS,
    "desk.night": SEES_THE_NIGHT,
    "desk.night_now": SEES_THE_NIGHT,
    "desk.earlier": HOSTS,
    "desk.add_earlier": HOSTS,
    "desk.imports": HOSTS,
    "desk.upload": HOSTS,
    "desk.import_plan": HOSTS,
    "desk.import_step": HOSTS,
    "desk.undo_import": HOSTS,
    "desk.close": HOSTS,
    "desk.close_event": HOSTS,
    "desk.publish": HOSTS,
    "desk.publish_now": HOSTS,
    "desk.look_ahead": HOSTS,
    "desk.sure": HOSTS,
    "desk.begin_publishing": HOSTS,
    "desk.comments": READS_COMMENTS,
    "desk.decide": READS_COMMENTS,
    "desk.kept_comments": EVERYBODY,
    "desk.add_theme": HOSTS,
    "desk.set_complaints": HOSTS,
    "desk.end_of_event": HOSTS,
    "desk.delete_event": HOSTS,
    "desk.put_away": HOSTS,
    "desk.bring_back": HOSTS,
    "desk.keeping_rules": HOSTS,
    "desk.set_rule": frozenset({OPERATOR}),
    "desk.forget_season": frozenset({OPERATOR}),
    "desk.begin_hold": HOSTS,
    "desk.lift_hold": frozenset({OPERATOR}),
    "desk.remove_demonstration": frozenset({OPERATOR}),
    "desk.records_sheet": SEES_THE_NIGHT,
    "desk.replies": SEES_THE_NIGHT,
    "desk.reply": REPLIES,
    "desk.put_reply": REPLIES,
    "desk.withdraw_reply": REPLIES,
    "desk.me": EVERYBODY,
    "desk.change_password": EVERYBODY,
    "desk.change_language": EVERYBODY,
    "desk.end_session": EVERYBODY,
    "desk.people": HOSTS,
    "desk.invite": HOSTS,
    "desk.invited": HOSTS,
    "desk.person": HOSTS,
    "desk.renew": HOSTS,
    "desk.end_account": HOSTS,
    "desk.change_places": frozenset({OPERATOR}),
    "desk.diary": EVERYBODY,
}
