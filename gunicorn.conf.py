"""The server: gunicorn with gevent workers, which a park full of slow phones cannot stop.

Measured in benchmarks/servers.py beside the threaded worker, waitress and granian; see
docs/decisions/0004-gevent-serves.md.
"""

import os

from gevent import monkey

monkey.patch_all()  # before the application is imported, which the master does for all workers

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gevent"
workers = int(os.environ.get("WORKERS", "2"))
worker_connections = 2000  # 1,000 slow phones and room for the quick ones
timeout = 60
graceful_timeout = 10
keepalive = 5
preload_app = True  # a killed worker is back in 0.1 s, and the workers share memory
control_socket_disable = True
accesslog = None  # an access log would hold addresses, agents and seconds
loglevel = "warning"


def worker_exit(server: object, worker: object) -> None:
    """Write the scans that were counted in the worker's last second."""
    from wsgi import app

    app.extensions["scans"].flush()
