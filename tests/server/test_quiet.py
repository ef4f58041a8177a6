"""Whatever is sent, and whatever breaks: no log and no print names who sent it, or when."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from survey.log import Few, JsonLines
from tests.server.client import FORM
from tests.server.conftest import Running, Start

MARK = "marked-value"
SENT = f"Host: localhost\r\nUser-Agent: {MARK}/1.0\r\nReferer: http://{MARK}/\r\n"
SENT += "X-Forwarded-For: 203.0.113.77\r\n"
POST = f"POST /s/TRYME4?q={MARK} HTTP/1.1\r\n{SENT}{FORM}"
LONG = MARK * 1_000
MALFORMED = {
    "no request": f"\x00\x01{MARK}\r\n\r\n",
    "a long line": f"GET /s/{LONG} HTTP/1.1\r\n{SENT}\r\n",
    "many headers": f"GET / HTTP/1.1\r\n{SENT}" + f"X: {MARK}\r\n" * 200 + "\r\n",
    "a long header": f"GET /?q={MARK} HTTP/1.1\r\n{SENT}X: {LONG}\r\n\r\n",
    "no method": f"{MARK} / HTTP/1.1\r\n{SENT}\r\n",
    "a small method": f"get /?q={MARK} HTTP/1.1\r\n{SENT}\r\n",
    "no version": f"GET /?q={MARK} HTTP/9.9\r\n{SENT}\r\n",
    "a header's name": f"GET /?q={MARK} HTTP/1.1\r\n{SENT}{MARK}(x: 1\r\n\r\n",
    "a folded header": f"GET /?q={MARK} HTTP/1.1\r\n{SENT}X: 1\r\n  {MARK}\r\n\r\n",
    "two lengths": f"{POST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
    "no length": f"{POST}Content-Length: {MARK}\r\n\r\nabc",
    "a length below none": f"{POST}Content-Length: -1\r\n\r\nabc",
    "no encoding": f"{POST}Transfer-Encoding: {MARK}\r\n\r\nabc",
    "no chunk": f"{POST}Transfer-Encoding: chunked\r\n\r\n{MARK}\r\n",
    "half a chunk": f"{POST}Transfer-Encoding: chunked\r\n\r\n3\r\nabc{MARK}\r\n",
    "length and chunks": f"{POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an expectation": f"{POST}Expect: {MARK}\r\nContent-Length: 1\r\n\r\na",
    "too much": f"{POST}Content-Length: 99999999\r\n\r\n{LONG}",
    "another protocol": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": f"\x16\x03\x01\x00\x10{MARK}\r\n\r\n",
    "a proxy's line": "PROXY TCP4 203.0.113.77 1 1 1\r\nGET / HTTP/1.1\r\n\r\n",
    "a tunnel": f"CONNECT {MARK}:443 HTTP/1.1\r\n{SENT}\r\n",
    "another host": f"GET http://{MARK}/results HTTP/1.1\r\n{SENT}\r\n",
    "two hosts": f"GET / HTTP/1.1\r\nHost: x\r\nHost: {MARK}\r\n\r\n",
    "a bad path": f"GET /results/%00%ff?{MARK}=%zz HTTP/1.1\r\n{SENT}\r\n",
    "bytes in the path": f"GET /results/\xff\xfe?{MARK} HTTP/1.1\r\n{SENT}\r\n",
    "a huge number": f"GET /data/{'9' * 40}/figures.csv?{MARK} HTTP/1.1\r\n{SENT}\r\n",
    "two schemes": f"GET / HTTP/1.1\r\n{SENT}X-Forwarded-Proto: https\r\n"
    "X-Forwarded-Ssl: off\r\n\r\n",
    "odd preferences": f"GET /results HTTP/1.1\r\n{SENT}If-None-Match: W/\"{MARK}\r\n"
    f"Accept-Language: {MARK};q=x,,\r\nAccept-Encoding: ;;q={MARK}\r\n\r\n",
}  # fmt: skip
TELLTALES = re.compile(rf"{MARK}|127\.0\.0\.1|203\.0\.113|TRYME4|\d\d:\d\d|Traceback")


def told_of_anybody(log: str) -> list[str]:
    """Return the lines that name an address, a text that was sent, a poster, or a minute.

    The server names its own address when it starts, before anybody came."""
    return [line for line in log.splitlines() if TELLTALES.search(line)]


@pytest.mark.parametrize("level", ["debug", "warning"])
def test_no_malformed_request_gets_into_a_log(start: Start, level: str):
    words = f"--log-level {level} --access-logfile - --capture-output"
    with start(GUNICORN_CMD_ARGS=words) as server:
        for name, request in MALFORMED.items():
            reply = server.says(request.encode("latin-1"), timeout=0.5)
            assert b" 500 " not in reply[:20], name
        for request in list(MALFORMED.values())[:8]:
            with server.connect() as sock:
                sock.sendall(request.encode("latin-1"))  # and is gone before it is answered
        os.kill(reader := server.reader(), signal.SIGKILL)  # the master speaks of that
        server.reader(but=reader)
        assert server.reads(f"/results?{MARK}", f"User-Agent: {MARK}\r\n").status == 200
    log = server.log.read_text()
    assert told_of_anybody(log) == []
    lines = [json.loads(line) for line in log.splitlines()]
    assert any(line.get("where", "").startswith("workers/base.py") for line in lines)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\dZ", line["hour"]) for line in lines)


@pytest.mark.sqlite
def test_a_full_disk_is_logged_without_minute_or_traceback(start: Start):
    with start(WORKERS="1") as server:
        fields = fields_of(server)
        hog = sqlite3.connect(server.log.parent / "demo.sqlite", isolation_level=None)
        hog.execute("BEGIN IMMEDIATE")  # nothing can be stored, as on a full disk
        try:
            request = f"{POST}Connection: close\r\nContent-Length: {len(fields)}\r\n\r\n{fields}"
            for _ in range(3):
                assert b" 503 " in server.says(request.encode())[:20]
        finally:
            hog.execute("ROLLBACK")
            hog.close()
        assert b" 303 " in server.says(request.encode())[:20]
    assert told_of_anybody(server.log.read_text()) == []


def fields_of(server: Running) -> str:
    """Return the smallest whole form, from the page's own hidden fields."""
    page = server.ask("/s/TRYME4").body.decode()
    pairs = re.findall(r'name="(ticket|submission)" value="([^"]+)"', page)
    return "&".join(["who=adult", "go=send", *(f"{name}={value}" for name, value in pairs)])


CRASHES = f"""
    from gevent import monkey
    monkey.patch_all()
    import gc, logging, threading, warnings
    import gevent
    from flask import Flask
    from survey import log
    from survey.server import quiet

    def fail(address):
        raise ValueError(address)

    class Ends:
        def __del__(self):
            fail("{MARK}")

    log.init_app(Flask("crashes"))
    quiet.init_process()
    gevent.spawn(fail, ("203.0.113.77", "{MARK}")).join()
    thread = threading.Thread(target=fail, args=["{MARK}"])
    thread.start()
    thread.join()
    try:
        gevent.get_hub().threadpool.apply(fail, ["{MARK}"])
    except ValueError:
        pass
    Ends()
    gc.collect()
    warnings.warn("{MARK}")
    for name in ("sqlalchemy.engine", "gunicorn.access", "werkzeug", "py.warnings", "any.other"):
        try:
            fail("{MARK}")
        except ValueError:
            logging.getLogger(name).exception("{MARK} %s", "{MARK}")
            logging.getLogger(name).critical(f"{{'{MARK}'}}")
    fail("{MARK}")
"""


def test_what_crashes_is_told_by_kind_and_place_alone():
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CRASHES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stdout == ""
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert told_of_anybody(ran.stderr) == []
    assert [line["kind"] for line in lines if line["event"] == "crashed"] == ["ValueError"] * 5
    assert len(lines) == 5 + 1 + 2 * 5


def test_a_foreign_line_is_told_by_the_code_that_wrote_it():
    record = logging.LogRecord("elsewhere", logging.WARNING, __file__, 1, f"from {MARK}", (), None)
    told = json.loads(JsonLines().format(record))
    assert told["library"] == "elsewhere"
    assert told["code"] == Path(__file__).read_text().splitlines()[0]
    assert told["where"] == "server/test_quiet.py:1"


def test_who_sends_garbage_does_not_fill_the_disk():
    few = Few()

    def passes(line: int) -> int:
        record = logging.LogRecord("x", logging.WARNING, __file__, line, "said", (), None)
        return sum(few.filter(record) for _ in range(1_000))

    assert passes(1) == passes(2) == Few.MOST
    assert passes(1) == 0
    few.hour = "another"
    assert passes(1) == Few.MOST
