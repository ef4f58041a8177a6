"""Clients as they come from the network: whole, slow, garbled, and all at once."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from email import message_from_bytes

PATIENCE = 240  # seconds until something counts as never happening
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Client:
    """Asks a server over sockets of its own; nothing is retried, hidden or tidied."""

    port: int

    def connect(self, timeout: float = 60) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def ask(self, path: str, headers: str = "", method: str = "GET") -> Reply:
        with self.connect() as sock:
            head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}"
            sock.sendall(f"{head}\r\n".encode())
            return read_reply(sock)

    def reads(self, path: str, headers: str = "", method: str = "GET") -> Reply:
        """Ask as a reader does who waits: after a "try again in a few seconds", again.

        On a machine that others keep busy the processes that read, which step back for the survey,
        may need longer for a page than the server lets anybody wait.
        """
        end = time.monotonic() + PATIENCE
        while (reply := self.ask(path, headers, method)).status == 503 and time.monotonic() < end:
            time.sleep(float(reply.headers["retry-after"]))
        return reply

    def says(self, data: bytes, timeout: float = 60) -> bytes:
        """Send bytes; return all that comes back, or what was there when it hung up."""
        with self.connect(timeout) as sock:
            found = b""
            try:
                sock.sendall(data)
                while more := sock.recv(65_536):
                    found += more
            except OSError:
                pass
            return found


def read_reply(sock: socket.socket) -> Reply:
    """Read one reply that ends with its connection."""
    data = b""
    while more := sock.recv(65_536):
        data += more
    return parse(data)


def parse(data: bytes) -> Reply:
    head, _, body = data.partition(b"\r\n\r\n")
    first, _, rest = head.partition(b"\r\n")
    headers = {k.lower(): v for k, v in message_from_bytes(rest).items()}
    return Reply(int(first.split()[1]), headers, body)
