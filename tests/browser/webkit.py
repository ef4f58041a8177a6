"""WebKit, driven by the WebDriver protocol over HTTP: ten commands need no library."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.browser.server import free_port

ADVICE = "No WebKit to drive: type, as root on Debian, apt-get install webkit2gtk-driver xvfb"
BROWSERS = "/usr/lib/*/webkit2gtk-4.*/MiniBrowser"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's name for a reference to one
PATIENCE = 30  # seconds


class DriverError(Exception):
    """What the driver said."""


def find_webkit() -> str | None:
    """Return the path of WebKit's own small browser where all that drives it is there."""
    if not shutil.which("WebKitWebDriver") or not (
        os.environ.get("DISPLAY") or shutil.which("Xvfb")
    ):
        return None
    return next((str(path) for path in sorted(Path("/").glob(BROWSERS[1:]), reverse=True)), None)


class WebKit:
    """One window."""

    def __init__(self, port: int, binary: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        options = {"binary": binary, "args": ["--automation"]}
        asked = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        self.session = f"/session/{self.call('POST', '/session', asked)['sessionId']}"

    def call(self, method: str, path: str, body: object = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        head = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, head, method=method)
        try:
            with urllib.request.urlopen(request, timeout=2 * PATIENCE) as reply:
                return json.load(reply)["value"]
        except urllib.error.HTTPError as error:
            raise DriverError(error.read().decode()) from error

    def does(self, what: str, **body: object) -> Any:
        return self.call("POST", f"{self.session}/{what}", body)

    def opens(self, address: str) -> None:
        self.does("url", url=address)

    def reloads(self) -> None:
        self.does("refresh")

    def runs(self, script: str, *given: object) -> Any:
        """Return what a script of the page's own world returns; a promise is waited for."""
        wrapped = "const done = arguments[arguments.length - 1]; "
        wrapped += (
            f"Promise.resolve(({script})(...arguments)).then(done, e => done('failed: ' + e))"
        )
        return self.does("execute/async", script=wrapped, args=list(given))

    def taps(self, selector: str) -> Any:
        """Tap the one element in sight, as soon as nothing lies over it."""
        self.waits_for(
            "css => [...document.querySelectorAll(css)].some(e => e.offsetParent)", selector
        )
        found = self.does("elements", using="css selector", value=selector)
        shown = [
            one
            for one in found
            if self.call("GET", f"{self.session}/element/{one[ELEMENT]}/displayed")
        ]
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.does(f"element/{shown[0][ELEMENT]}/click")
            except DriverError as error:  # the pane that a second quick tap meets
                if "intercepted" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def waits_for(self, script: str, *given: object) -> None:
        end = time.monotonic() + PATIENCE
        while self.runs(script, *given) is not True:
            assert time.monotonic() < end, f"WebKit never came to {script} {given}"
            time.sleep(0.1)

    def ends(self) -> None:
        with suppress(DriverError, OSError):
            self.call("DELETE", self.session)


@contextmanager
def driving(binary: str, log: Path) -> Iterator[WebKit]:
    """Start the driver, on a screen that nobody sees where there is none; give a new window."""
    port = free_port()
    command = ["WebKitWebDriver", f"--port={port}"]
    environment = {"WEBKIT_DISABLE_DMABUF_RENDERER": "1", **os.environ}  # no graphics card needed
    screen = None
    with log.open("w") as out:
        if not environment.get("DISPLAY"):
            read, write = os.pipe()
            words = [
                "Xvfb",
                "-displayfd",
                str(write),
                "-screen",
                "0",
                "400x800x24",
                "-nolisten",
                "tcp",
            ]
            screen = subprocess.Popen(words, stdout=out, stderr=out, pass_fds=[write])
            os.close(write)
            with os.fdopen(read) as told:
                environment["DISPLAY"] = f":{told.readline().strip()}"
        driver = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
        try:
            window = first_window(port, binary)
            yield window
            window.ends()
        finally:
            for process in (driver, screen):
                if process:
                    process.terminate()
                    process.wait(PATIENCE)


def first_window(port: int, binary: str) -> WebKit:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return WebKit(port, binary)
        except urllib.error.URLError:
            assert time.monotonic() < end, "WebKit's driver did not start"
            time.sleep(0.1)
