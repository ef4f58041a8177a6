"""Every setting once, with its default and its meaning: parsed into the value that is used.

A value that cannot work stops the start with a sentence, and never the first guest.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from survey.setting_values import PARSERS, SettingError

ROOT = Path(__file__).parent.parent
INSTANCE = ROOT / "instance"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")  # health checks, and whoever sits here


@dataclass(frozen=True)
class Settings:
    """Settings given from outside: environment variables of the same, capital names.

    However it is made, it holds parsed values only. Raises SettingError.
    """

    secret_key: str  # signs the form's tickets; made on first start and kept in instance/
    database_url: str = f"sqlite:///{ROOT / 'instance' / 'porchlight.sqlite'}"
    public_url: str = ""  # what posters print, e.g. https://survey.example; "" = not set
    contact: str = ""  # whom a visitor may write to, e.g. help@survey.example; "" = the organiser
    host: str = "127.0.0.1"  # where the server listens
    port: int = 8000
    role: str = "all"  # what these processes do: collect, read or all
    workers: int = 2  # processes that collect answers
    readers: int = 1  # processes that show what was released, and everything else
    metrics_token: str = ""  # what /metrics asks for; "" = there are no metrics
    trusted_hosts: tuple[str, ...] = ()  # names beside PUBLIC_URL's that requests may carry
    embedders: tuple[str, ...] = ("*",)  # whose pages may show a chart in a frame; () = nobody's
    content: Path = ROOT / "survey" / "content"

    MAX_BODY: int = 64 * 1024  # bytes; the longest honest answer is under 4 KiB
    MAX_UPLOAD: int = 10_000_000  # bytes of a file that is imported on the desk: 100,000 rows
    QUEUE_DAYS: int = 14  # a phone may find its signal again after a holiday
    RESULTS_DAYS: int = 21  # after the event: by then the last phone was heard and figures are out
    PLACE_KEPT: float = 2.0  # seconds a worker goes by what it read of a poster and its event
    DISK_PATIENCE: float = 5.0  # seconds to wait for SQLite's one writer before a polite refusal

    def __post_init__(self) -> None:
        for name, parse in PARSERS.items():
            object.__setattr__(self, name, parse(getattr(self, name)))

    @property
    def release_files(self) -> Path:
        """Return the folder of files that releases are downloaded as, beside the database."""
        return self.beside / "releases"

    @property
    def uploads(self) -> Path:
        """Return the folder of files that are being imported, beside the database."""
        return self.beside / "uploads"

    @property
    def beside(self) -> Path:
        """Return the folder that SQLite's file is in; with a server, that of this machine."""
        url = make_url(self.database_url)
        return Path(str(url.database)).parent if url.get_backend_name() == "sqlite" else INSTANCE

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the names under which requests are answered; none where any is."""
        if not self.public_url:
            return ()
        host = str(urlsplit(self.public_url).hostname)
        return (host, *self.trusted_hosts, *LOCAL_HOSTS)

    @property
    def address(self) -> str:
        """Return the address at which these pages open: the public one, else this computer's."""
        return self.public_url or local_address(self.host, self.port)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this machine. Raises SettingError."""
    given = {
        name: text
        for name in PARSERS
        if (text := environment.get(name.upper(), "").strip()) and name != "secret_key"
    }
    secret = environment.get("SECRET_KEY", "").strip() or kept_secret(ROOT / "instance")
    return Settings(secret_key=secret, **given)  # type: ignore[arg-type]


def local_address(host: str, port: int) -> str:
    """Return the address that opens what listens there."""
    host = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_only_here(address: str) -> bool:
    """Whether nobody outside this computer can open an address."""
    host = urlsplit(address).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def kept_secret(instance: Path) -> str:
    """Return the secret in instance/secret_key; make it on first use, readable by us alone."""
    path = instance / "secret_key"
    try:
        instance.mkdir(exist_ok=True)
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            if kept := path.read_text("ascii").strip():
                return kept
            raise SettingError(f"{path} is empty: delete it and start again.") from None
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret := secrets.token_urlsafe(48))
        return secret
    except OSError as error:
        raise SettingError(
            f"{path} cannot be written ({error.strerror}): set SECRET_KEY, "
            "or let this user write to instance/."
        ) from error
