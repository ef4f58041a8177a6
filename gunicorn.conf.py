"""The server: gunicorn with gevent workers, which a park full of slow phones cannot stop.

Measured in benchmarks/servers.py beside the threaded worker, waitress and granian; see
docs/decisions/0004-gevent-serves.md.
"""

import sys

from gevent import monkey

monkey.patch_all()  # before the application is imported, which the master does for all workers

from survey.config import SettingError, read_settings  # noqa: E402
from survey.storage import installation  # noqa: E402

try:
    settings = read_settings()
except SettingError as error:
    sys.exit(f"Porchlight cannot start: {error}")

bind = (
    f"[{settings.host}]:{settings.port}"
    if ":" in settings.host
    else f"{settings.host}:{settings.port}"
)
worker_class = "gevent"
workers = settings.workers
worker_connections = 2000  # 1,000 slow phones and room for the quick ones
timeout = 60
graceful_timeout = 10
keepalive = 5
preload_app = True  # a killed worker is back in 0.1 s, and the workers share memory
control_socket_disable = True
accesslog = None  # an access log would hold addresses, agents and seconds
loglevel = "warning"


def when_ready(server: object) -> None:
    """Note where these pages open, so that the command line prints the same address."""
    installation.note_served(settings, server.cfg.address[0])


def worker_exit(server: object, worker: object) -> None:
    """Write the scans that were counted in the worker's last second."""
    from wsgi import app

    app.extensions["scans"].flush()
