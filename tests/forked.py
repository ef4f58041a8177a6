"""`flask ...` in a process of its own that is forked from one that has imported everything.

A command takes a second to start and a tenth of one to do its work; the tests type hundreds. What
is true of a process is true here: its own memory, its own output, SIGPIPE and a code at its end.
Only what is about the interpreter's own start and end needs one (tests/commands/test_durable.py
types some of each kind). A release leaves its files to whoever asks, as in tests/conftest.py.
"""

from __future__ import annotations

import atexit
import json
import os
import shlex
import socket
import struct
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterable, Mapping
from functools import cache
from typing import IO, Any

from survey.config import ROOT

LENGTH = struct.Struct("!I")
CODE = struct.Struct("!i")


def flask(lines: Iterable[str], environment: Mapping[str, str], out: IO[Any]) -> tuple[int, str]:
    """Type commands one after another, up to the first that fails; what they print goes to `out`.

    Returns the exit code and what they said on stderr.
    """
    asked = {"lines": [shlex.split(line) for line in lines], "environment": {**environment}}
    data, channel = json.dumps(asked).encode(), parent()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        socket.send_fds(channel, [LENGTH.pack(len(data))], [out.fileno(), errors.fileno()])
        channel.sendall(data)
        (code,) = CODE.unpack(received(channel, CODE.size))
        errors.seek(0)
        return code, errors.read()


@cache
def parent() -> socket.socket:
    """Start the process that the others are forked from; it ends with this one."""
    ours, its = socket.socketpair()
    with its:
        command = [sys.executable, "-m", "tests.forked", str(its.fileno())]
        started = subprocess.Popen(command, cwd=ROOT, pass_fds=[its.fileno()])
    atexit.register(started.wait)
    atexit.register(ours.close)  # the last that is registered comes first
    return ours


def received(channel: socket.socket, length: int) -> bytes:
    """Return so many bytes; fewer where the other side is gone."""
    data = b""
    while len(data) < length and (more := channel.recv(length - len(data))):
        data += more
    return data


def main(channel: socket.socket) -> None:
    from flask import cli  # noqa: F401

    from survey import commands, create_app  # noqa: F401

    while True:
        head, descriptors, _, _ = socket.recv_fds(channel, LENGTH.size, 2)
        if not head:
            return
        asked = json.loads(received(channel, *LENGTH.unpack(head)))
        child = os.fork()
        if child == 0:
            channel.close()
            sys.exit(do(asked["lines"], asked["environment"], *descriptors))  # as any program ends
        for descriptor in descriptors:
            os.close(descriptor)
        _, status = os.waitpid(child, 0)
        channel.sendall(CODE.pack(os.waitstatus_to_exitcode(status)))


def do(lines: list[list[str]], environment: dict[str, str], out: int, errors: int) -> int:
    """Be the process that was asked for; return the exit code."""
    os.dup2(out, 1)
    os.dup2(errors, 2)
    sys.stdout, sys.stderr = (open(fd, "w", closefd=False) for fd in (1, 2))  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    return typed(lines)


def typed(lines: list[list[str]]) -> int:
    """Do what was typed; return the exit code."""
    from flask.cli import cli

    from survey.commands import release

    release.make_files = lambda made: None
    for words in lines:
        try:
            cli.main(["--app", "wsgi", *words])
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
            if end.code:
                return end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
            return 1
    return 0


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as channel:
        main(channel)
