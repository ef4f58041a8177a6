"""A peer for flows.py: the survey app that Django's users install, asking the stock survey.

pip fetches django-survey-and-report at a pinned version into an environment of its own in a
temporary folder, and nothing of it is kept. It is served like the product (gunicorn, gevent, the
same number of workers), its database with SQLite's write-ahead log and synchronous=FULL. Its page
of one form, its confirmation as the thank-you; debugging and its log are off, templates are cached.

    python -m benchmarks.peer          alone, to see that it runs
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.running import Server, free_port
from benchmarks.stock import CHOICES, QUESTIONS

WANTED = ["django-survey-and-report==1.5.0", "django-bootstrap-form==3.4", "Django==5.2.19",
          "packaging", "gunicorn==27.0.1", "gevent==26.9.0"]  # fmt: skip
PATH = "/survey/1/"
SETTINGS = """
import os
SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG, USE_TZ, TIME_ZONE, LANGUAGE_CODE = False, True, "UTC", "en"
ALLOWED_HOSTS, ROOT_URLCONF, STATIC_URL = ["*"], "peer_site", "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "bootstrapform", "survey"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "DIRS": [os.path.dirname(__file__)], "OPTIONS": {"context_processors": [
    "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "CONN_MAX_AGE": None,
    "NAME": os.path.join(os.path.dirname(__file__), "peer.sqlite"), "OPTIONS": {"timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"}}}
LOGGING_CONFIG = None
"""
SITE = """
from django.http import HttpResponse
from django.urls import include, path
urlpatterns = [path("survey/", include("survey.urls")),
    path("health", lambda r: HttpResponse("ok")),
    path("accounts/login/", lambda r: HttpResponse(""), name="login"),
    path("accounts/logout/", lambda r: HttpResponse(""), name="logout"),
    path("accounts/register/", lambda r: HttpResponse(""), name="registration_register")]
"""
MAKE = """
import json, sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from survey.models import Category, Question, Survey
asked, choices = json.loads(sys.argv[1]), sys.argv[2]
survey = Survey.objects.create(name="Survey", description="", need_logged_user=False,
    display_method=Survey.ALL_IN_ONE_PAGE)
for order, name in enumerate([*asked, "comment"]):
    kind = "text" if name == "comment" else "radio"
    Question.objects.create(survey=survey, text=f"What do you say of {name}?", order=order,
        required=order == 0, type=kind, choices=choices if kind == "radio" else "")
"""
CONFIGURATION = """
worker_class, keepalive, timeout, preload_app = "gevent", 5, 60, True
control_socket_disable = True
"""


@contextmanager
def served(workers: int) -> Iterator[Server]:
    """Install, fill and serve it; give the running server. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        python = installed(folder)
        for file, text in (
            ("peer_settings.py", SETTINGS),
            ("peer_site.py", SITE),
            ("make.py", MAKE),
            ("gunicorn.conf.py", CONFIGURATION),
        ):
            (folder / file).write_text(text)
        ours = {"DJANGO_SETTINGS_MODULE": "peer_settings", "SECRET_KEY": "of a benchmark alone"}
        choices = ", ".join(label.replace(",", ";") for _, label in CHOICES)
        subprocess.run(
            [python, "make.py", json.dumps(QUESTIONS), choices],
            cwd=folder, check=True, env={**os.environ, **ours},
        )  # fmt: skip
        port = free_port()
        command = [str(python), "-m", "gunicorn", "-c", str(folder / "gunicorn.conf.py")]
        command += [f"--chdir={folder}", f"--workers={workers}", f"--bind=127.0.0.1:{port}"]
        command += ["django.core.wsgi:get_wsgi_application()"]
        server = Server.start(command, port, ours)
        try:
            server.wait_until_ready()
            yield server
        finally:
            server.stop()


def installed(folder: Path) -> Path:
    """Return the Python of a new environment that has what is WANTED."""
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *WANTED], check=True)
    return python


if __name__ == "__main__":
    with served(2) as running:
        print(len(running.get(PATH)), "bytes", file=sys.stdout)
