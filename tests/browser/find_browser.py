"""Finds a Chromium that tests can drive. Standard library only: dev.py asks it too."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

# The shell is Chromium without a window: a page takes it half of the processor time.
SHELL = "chromium-headless-shell"
COMMANDS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser",
            "microsoft-edge", "microsoft-edge-stable")  # fmt: skip
MAC_APPLICATIONS = ("Google Chrome", "Chromium", "Microsoft Edge")
ADVICE = (
    "No browser for the browser tests: install Chromium or Google Chrome, "
    "or type SURVEY_BROWSER=/path/to/chrome python3 dev.py test"
)


def find_browser() -> str | None:
    """The path of a browser, or None. $SURVEY_BROWSER is believed without a look at others."""
    if chosen := os.environ.get("SURVEY_BROWSER"):
        return shutil.which(chosen)
    found = (shutil.which(command) for command in COMMANDS)
    on_path = (path for path in found if path and not is_snap(path))
    shell = shutil.which(SHELL)
    return shell or next(iter([*playwrights_own(), *on_path, *mac_applications()]), None)


def launch_arguments() -> list[str]:
    """What Chromium must be told on this machine."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []  # it refuses to sandbox itself for root


def install_browser(python: str) -> None:
    """By apt for root on Debian, else by Playwright (in this Python), which brings its own."""
    as_root = os.geteuid() == 0
    if as_root and shutil.which("apt-get"):
        os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
        apt = ["apt-get", "install", "-y", "--no-install-recommends"]
        subprocess.call(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL)
        # a font, or no letter is drawn; libatomic1, or Playwright's own node does not start
        for browser in (SHELL, COMMANDS[0]):
            wanted = [browser, "fonts-dejavu-core", "libatomic1"]
            subprocess.call([*apt, *wanted], stdout=subprocess.DEVNULL)
            if find_browser():
                return
    with_libraries = ["--with-deps"] if as_root else []
    playwright = [python, "-m", "playwright", "install", *with_libraries, "chromium"]
    subprocess.call(playwright, stderr=subprocess.DEVNULL)  # the caller says what to type instead


def playwrights_own() -> list[str]:
    """Browsers that `playwright install` left, newest first."""
    caches = Path.home() / ("Library/Caches" if platform.system() == "Darwin" else ".cache")
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    folder = Path(chosen) if chosen not in ("", "0") else caches / "ms-playwright"
    builds = sorted(folder.glob("chromium-*"), key=build_number, reverse=True)
    names = ("chrome-linux*/chrome", "chrome-mac*/*.app/Contents/MacOS/*")
    return [str(path) for build in builds for name in names for path in build.glob(name)]


def build_number(folder: Path) -> int:
    digits = folder.name.rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0


def is_snap(path: str) -> bool:
    """Ubuntu's chromium is a snap, which cannot use a profile in a temporary folder."""
    real = Path(path).resolve()
    if real.name == "snap" or "snap" in real.parts:
        return True
    with real.open("rb") as file:
        return b"/snap/bin/" in file.read(4096)


def mac_applications() -> list[str]:
    if platform.system() != "Darwin":
        return []
    folders = (Path("/Applications"), Path.home() / "Applications")
    paths = (f / f"{n}.app/Contents/MacOS/{n}" for n in MAC_APPLICATIONS for f in folders)
    return [str(path) for path in paths if path.exists()]
