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

MAY: dict[str, frozenset[str]] = {
    "desk.sign_in": ANYBODY,
    "desk.let_in": ANYBODY,
    "desk.second_step": ANYBODY,
    "desk.ask_passkey": ANYBODY,
    "desk.by_passkey": ANYBODY,
    "desk.welcome": ANYBODY,
    "desk.join": ANYBODY,
    "desk.sign_out": EVERYBODY,
    "desk.home": EVERYBODY,
    "desk.place": EVERYBODY,
    "desk.new_event": HOSTS,
    "desk.make_event": HOSTS,
    "desk.preview_new": HOSTS,
    "desk.preview": HOSTS,
    "desk.again": HOSTS,
    "desk.plan": HOSTS,
    "desk.correct_when": HOSTS,
    "desk.correct_languages": HOSTS,
    "desk.correct_host": HOSTS,
    "desk.correct_names": HOSTS,
    "desk.remove_event": HOSTS,
    "desk.put_away": HOSTS,
    "desk.bring_back": HOSTS,
    "desk.set_logo": HOSTS,
    "desk.remove_logo": HOSTS,
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
    "desk.close": HOSTS,
    "desk.close_event": HOSTS,
    "desk.comments": READS_COMMENTS,
    "desk.decide": READS_COMMENTS,
    "desk.kept_comments": EVERYBODY,
    "desk.me": EVERYBODY,
    "desk.change_password": EVERYBODY,
    "desk.new_passkey": EVERYBODY,
    "desk.add_passkey": EVERYBODY,
    "desk.remove_passkey": EVERYBODY,
    "desk.new_code_app": EVERYBODY,
    "desk.turn_on_code_app": EVERYBODY,
    "desk.turn_off_code_app": EVERYBODY,
    "desk.new_recovery_codes": EVERYBODY,
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
