"""A real server and a real browser for every test in this folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.find_browser import ADVICE, find_browser, launch_arguments
from tests.browser.server import Site, serving
from tests.browser.states import LANGUAGES, Codes
from tests.demonstration import demonstration_file, share_files
from tests.shared import made_once, run_folder

NewPage = Callable[..., Page]
PATIENCE = 20_000  # ms to wait for a condition: a test machine may be busy with everything else


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.fail(ADVICE) if os.environ.get("CI") else pytest.skip(ADVICE)
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=path, args=launch_arguments())
        yield browser
        browser.close()


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[NewPage]:
    """Open pages of people who share nothing: new_page(width=1280, javascript=False, ...).

    With pane=True the pane that stops a second quick tap lies there, three times as long as on a
    phone, because a busy machine taps late; else it is gone at once: no other test taps by mistake.
    """
    contexts: list[BrowserContext] = []

    def open_page(
        *,
        width: int = 360,
        height: int = 740,
        javascript: bool = True,
        pane: bool = False,
        **more: Any,
    ) -> Page:
        size = {"width": width, "height": height}
        options = {"locale": "en-US", **more}
        context = chromium.new_context(viewport=size, java_script_enabled=javascript, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        context.on("page", lambda page: animates(page, faster=1 / 3 if pane else 1000))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def animates(page: Page, *, faster: float) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Animation.enable")
    session.send("Animation.setPlaybackRate", {"playbackRate": faster})


@pytest.fixture
def empty_site(chromium: Browser, tmp_path: Path) -> Iterator[Site]:
    """A served site without a single community; none where there is no browser to look at it."""
    site = Site(tmp_path / "empty.sqlite")
    site.flask("migrate")
    with serving(site) as served:
        yield served


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The served demonstration, and beside it an event that is not open yet."""
    own = tmp_path_factory.mktemp("demonstration") / "porchlight.sqlite"
    shutil.copy(loaded_once(tmp_path_factory), own)
    share_files(tmp_path_factory, own.parent)
    with serving(Site(own)) as site:
        yield site


@pytest.fixture(scope="session")
def everybody(demonstration: Site) -> Codes:
    """Posters at events that offer every language: one of today, one of three weeks ago."""
    offered = " ".join(f"--language {language}" for language in LANGUAGES)
    today = datetime.now(UTC)
    days = (f"{today - timedelta(days=gone):%Y-%m-%d}" for gone in (0, 22))
    said = demonstration.flask(
        *(f"event add liberty --day {day} --starts 00:00 --time-zone UTC {offered}" for day in days)
    )
    events = [line.split(":")[0] for line in said.splitlines() if "opens" in line]
    said = demonstration.flask(*(f"poster add {one} --channel all" for one in events))
    return Codes(*(line.split(":")[0] for line in said.splitlines() if "/s/" in line))


def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Add the event to the demonstration once for all workers."""

    def add_event(raw: Path) -> None:
        shutil.copy(demonstration_file(tmp_path_factory), raw)
        next_year = datetime.now(UTC).year + 1
        Site(raw).flask(
            f"event add liberty --day {next_year}-12-24",
            f"poster add liberty-{next_year} --channel gate",
        )

    return made_once(run_folder(tmp_path_factory), "with_an_event.sqlite", add_event)
