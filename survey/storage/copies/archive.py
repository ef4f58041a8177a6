"""The file of a backup: a tar with gzip, encrypted with age where a public key is given.

Both are open formats: `age -d -i key.txt FILE | tar xz` opens one without Porchlight. It holds
backup.json (what there must be, table by table), secret_key and porchlight.sqlite.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, TypeAlias

import pyrage

from survey.storage.copies.fingerprints import Fingerprint
from survey.storage.events import Refused

ABOUT, SECRET, DATABASE = "backup.json", "secret_key", "porchlight.sqlite"  # in this order
FORMAT = 1  # of the archive
AGE = b"age-encryption.org/"  # what an encrypted file begins with
OURS_ALONE = 0o600
CHUNK = 1 << 20  # bytes

Key: TypeAlias = pyrage.x25519.Recipient
Identity: TypeAlias = pyrage.x25519.Identity


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself."""

    made_at: str  # UTC, to the second: of the backup, not of an answer
    version: str  # the last migration its database had seen
    sha256: str  # of the database file
    tables: dict[str, Fingerprint]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def as_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()

    @classmethod
    def parse(cls, text: bytes) -> Contents:
        """Raises ValueError, KeyError or TypeError where it is not such a description."""
        fields = json.loads(text)
        if fields.pop("format") != FORMAT:
            raise ValueError("another format")
        tables = {name: Fingerprint(**known) for name, known in fields.pop("tables").items()}
        return cls(tables=tables, **fields)


def parse_keys(texts: Sequence[str]) -> list[Key]:
    """Return the public keys that a backup is encrypted to. Raises Refused."""
    try:
        return [Key.from_str(text.strip()) for text in texts]
    except pyrage.RecipientError as error:
        raise Refused(
            "That is no public key of age: it starts with age1 and has 62 characters. "
            "`age-keygen -o key.txt` makes a pair and prints it."
        ) from error


def parse_identities(path: Path) -> list[Identity]:
    """Return the private keys of a file as age-keygen writes it. Raises Refused."""
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
        identities = [
            Identity.from_str(line) for line in lines if line and not line.startswith("#")
        ]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise Refused(f"{path} is no file of private keys as `age-keygen` writes it.") from error
    if not identities:
        raise Refused(f"{path} holds no private key.")
    return identities


def pack(file: IO[bytes], contents: Contents, secret: str, database: Path, keys: list[Key]) -> None:
    """Write a backup. Encrypted, nothing of it is ever plain outside the machine."""
    if not keys:
        write_tar(file, contents, secret, database)
        return
    watched = Watched(file)
    try:
        with piped(lambda into: write_tar(into, contents, secret, database)) as opened:
            pyrage.encrypt_io(opened, watched, keys)
    except pyrage.EncryptError as error:
        raise watched.failed or error from error
    watched.flush()


class Watched:
    """A file that keeps the error of a write, of which pyrage makes another, or none."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.failed: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self.file.write(data)
        except OSError as error:
            self.failed = error
            raise

    def flush(self) -> None:
        if self.failed:
            raise self.failed
        self.file.flush()


def write_tar(file: IO[bytes], contents: Contents, secret: str, database: Path) -> None:
    with (
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=file) as squeezed,
        tarfile.open(fileobj=squeezed, mode="w|") as tar,
    ):
        for name, text in ((ABOUT, contents.as_json()), (SECRET, secret.encode())):
            tar.addfile(member(name, len(text)), io.BytesIO(text))
        with database.open("rb") as source:
            tar.addfile(member(DATABASE, database.stat().st_size), source)


def member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, OURS_ALONE
    return info


@contextmanager
def piped(write: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """Give what `write` writes, as it writes it in a thread of its own.

    What it raises is raised here, before whatever its reader made of the missing end.
    """
    failed: list[BaseException] = []
    read_end, write_end = os.pipe()

    def run() -> None:
        try:
            with os.fdopen(write_end, "wb") as into:
                write(into)
        except BrokenPipeError:
            pass  # the reader has read enough, or failed itself
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with os.fdopen(read_end, "rb") as opened:
            yield opened
    finally:
        thread.join()
        if failed:
            raise failed[0]


def unpack(file: Path, identities: Sequence[Identity], database: IO[bytes]) -> tuple[Contents, str]:
    """Write a backup's database to a file; return (what it says of itself, the secret key).

    Raises Refused where the file is none, is cut off or was changed.
    """
    try:
        with file.open("rb") as source, plain(source, identities, file) as opened:
            return read_tar(opened, database)
    except (tarfile.TarError, zlib.error, EOFError, ValueError, KeyError, TypeError) as error:
        raise Refused(NOT_WHOLE.format(file=file)) from error
    except OSError as error:
        if error.errno is None:  # age's and gzip's own errors have no number
            raise Refused(NOT_WHOLE.format(file=file)) from error
        raise


@contextmanager
def plain(source: IO[bytes], identities: Sequence[Identity], file: Path) -> Iterator[IO[bytes]]:
    """Give a backup decrypted. Raises Refused where no key fits."""
    start = source.read(len(AGE))
    source.seek(0)
    if start != AGE:
        yield source
        return
    if not identities:
        raise Refused(f"{file} is encrypted: name the file of its private key with --identity.")
    try:
        with piped(lambda into: pyrage.decrypt_io(source, into, list(identities))) as opened:
            yield opened
    except pyrage.DecryptError as error:
        raise Refused(f"No private key that was given opens {file}, or it was changed.") from error


def read_tar(source: IO[bytes], database: IO[bytes]) -> tuple[Contents, str]:
    digest = sha256()
    with (
        gzip.GzipFile(fileobj=source, mode="rb") as squeezed,
        tarfile.open(fileobj=squeezed, mode="r|") as tar,
    ):
        contents = Contents.parse(text_of(tar, ABOUT))
        secret = text_of(tar, SECRET).decode("ascii")
        with next_member(tar, DATABASE) as packed:
            while chunk := packed.read(CHUNK):
                digest.update(chunk)
                database.write(chunk)
        if tar.next() is not None:
            raise ValueError("more than a backup holds")
        while squeezed.read(CHUNK):  # to its checksum
            pass
    while source.read(CHUNK):  # to the end, where age says whether all of it came
        pass
    if digest.hexdigest() != contents.sha256:
        raise ValueError("the database is not the one that was packed")
    return contents, secret


def next_member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    member = tar.next()
    if member is None or member.name != name or not (opened := tar.extractfile(member)):
        raise ValueError(f"no {name}")
    return opened


def text_of(tar: tarfile.TarFile, name: str) -> bytes:
    return next_member(tar, name).read(CHUNK)


NOT_WHOLE = (
    "{file} is no whole backup: it was cut off, changed, or is something else. Nothing was "
    "restored; take an earlier one."
)
