"""Files that are being imported on a page: kept between its steps, and not a moment longer.

They may hold names and addresses. Each is in a folder of its own that only this user can open; it
goes when the import is made or given up, when its owner brings another file, and after half an
hour in any case.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

KEPT = 30 * 60  # seconds
TOKEN = re.compile(r"[\w-]{16,64}")
MAPPING = "mapping.toml"
FILE = "file"  # the folder that holds the file under its own name


@dataclass(frozen=True)
class Upload:
    """One file, and what was said about its columns so far."""

    folder: Path
    token: str

    @property
    def path(self) -> Path:
        return next((self.folder / FILE).iterdir())

    @property
    def mapping(self) -> str:
        path = self.folder / MAPPING
        return path.read_text("utf-8") if path.is_file() else ""

    def say(self, mapping: str) -> None:
        (self.folder / MAPPING).write_text(mapping, "utf-8")

    def forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def keep(among: Path, owner: str, name: str, save: Callable[[Path], None]) -> Upload:
    """Keep a file under a new token. owner: whose it is, and of which event. Raises OSError."""
    among.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep(among)
    for older in among.glob(f"{owner}.*"):
        shutil.rmtree(older, ignore_errors=True)
    token = secrets.token_urlsafe(16)
    upload = Upload(among / f"{owner}.{token}", token)
    (upload.folder / FILE).mkdir(parents=True, mode=0o700)
    upload.folder.chmod(0o700)
    try:
        save(upload.folder / FILE / plain(name))
    except BaseException:
        upload.forget()
        raise
    again = Timer(KEPT + 1, sweep, [among])
    again.daemon = True
    again.start()
    return upload


def find(among: Path, owner: str, token: str) -> Upload | None:
    """Return somebody's file; None where it is gone, or another's."""
    folder = among / f"{owner}.{token}"
    return Upload(folder, token) if TOKEN.fullmatch(token) and folder.is_dir() else None


def sweep(among: Path) -> None:
    """Remove what was left behind."""
    oldest = time.time() - KEPT
    for folder in among.glob("*"):
        try:
            is_over = folder.stat().st_mtime < oldest
        except OSError:  # removed by another process meanwhile
            continue
        if is_over:
            shutil.rmtree(folder, ignore_errors=True)


def plain(name: str) -> str:
    """Return a file's name without what means something to a file system."""
    kept = "".join(sign for sign in name if sign.isprintable() and sign not in '/\\:*?"<>|')
    return kept.strip(". ")[-80:] or "file"
