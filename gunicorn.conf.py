"""The server: gunicorn with gevent workers, which neither slow phones nor eager readers can stop.

Measured in benchmarks/servers.py and benchmarks/readers.py; docs/decisions/0004-gevent-serves.md
and 0012-reading-cannot-stop-the-survey.md say why.
"""

import gc
import os
import resource
import sys

if not gc.get_freeze_count():  # a start, no reload: looking for garbage was a sixth of its time
    gc.disable()

from gevent import monkey

monkey.patch_all()  # before the application is imported, which the master does for all workers

from survey.config import read_settings  # noqa: E402
from survey.server.quiet import ServerLog  # noqa: E402
from survey.server.roles import Roles, forget_socket  # noqa: E402
from survey.server.worker import Worker  # noqa: E402
from survey.setting_values import SettingError  # noqa: E402
from survey.storage import db, installation, schema  # noqa: E402
from survey.storage.copies import snapshot  # noqa: E402

try:
    settings = read_settings()
except SettingError as error:
    sys.exit(f"Porchlight cannot start: {error}")

if damaged := snapshot.damage_at_start(settings):
    sys.exit(f"Porchlight cannot start: {damaged}")

roles = Roles.of(settings)
FILES = 8192  # a worker holds 2,000 connections, and each that is passed on is two files
_, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most_files), most_files))

bind = roles.binds
worker_class = Worker
workers = roles.processes
worker_connections = 2000  # beyond Lines' cap there is room for requests that are being answered
timeout = 60
if os.access("/dev/shm", os.W_OK):  # a sign of life each second, which must not wait for the disk
    worker_tmp_dir = "/dev/shm"
graceful_timeout = 10
keepalive = 5
preload_app = True  # a killed worker is back in 0.1 s, and the workers share memory
umask = 0o077  # the socket between our processes is nobody else's
sendfile = False  # a Line keeps time, which the kernel's own sending would go round
control_socket_disable = True
accesslog = None  # an access log would hold addresses, agents and seconds
logger_class = ServerLog
loglevel = "warning"


def on_starting(server: object) -> None:
    """Bring the database to this version, once for all workers; nothing is done where it is.

    It stands here and not in a command before the server: a server that was killed is back in one
    start instead of two.
    """
    from wsgi import app

    engine = app.extensions["engine"]
    try:
        schema.bring_up_to_date(engine)
    except (schema.NotReady, *db.AWAY) as error:
        sys.exit(f"Porchlight cannot start: {reason_of(error)}")
    finally:
        engine.dispose()  # no connection may be shared by those who are forked from here
    gc.collect()
    gc.freeze()  # what is here stays: workers neither look through it again nor copy its pages
    gc.enable()


def reason_of(error: Exception) -> str:
    return str(error) if isinstance(error, schema.NotReady) else "the database does not answer."


def pre_fork(server: object, worker: Worker) -> None:
    """Give each new worker the role that is missing among those that will stay."""
    living = sorted(server.WORKERS.values(), key=lambda one: one.age)  # type: ignore[attr-defined]
    staying = living[1 - roles.processes :] if roles.processes > 1 else []  # a reload ends the rest
    worker.role = roles.next(one.role for one in staying)


def when_ready(server: object) -> None:
    """Note where these pages open, so that the command line prints the same address."""
    installation.note_served(settings, server.cfg.address[0])


def worker_exit(server: object, worker: object) -> None:
    """Write the scans that were counted in the worker's last second."""
    from wsgi import app

    app.extensions["scans"].flush()


def on_exit(server: object) -> None:
    forget_socket()
