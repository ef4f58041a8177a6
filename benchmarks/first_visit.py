"""What a first survey visit costs on the wire: bytes, headers included, and requests.

    python -m benchmarks.first_visit

Opens the form as a phone's browser does, in every language of the content (at an event that has it
beside English and Spanish), and follows every address that the page makes a browser fetch by
itself (style sheets, scripts, pictures). The goal is 14,480 bytes: what a server sends before it
waits for the first acknowledgement (ten segments of 1,448 bytes). One byte more costs a round trip.
With Brotli, as every browser asks over https; the last column is gzip's.
"""

from __future__ import annotations

import argparse
import socket
from html.parser import HTMLParser

import brotli

from benchmarks.running import Server, serve
from benchmarks.stage import database, open_posters, table
from benchmarks.visitors import PHONE
from survey.questionnaire.content_files import read_content
from survey.web.compression import IN_USE

WINDOW = 14_480  # bytes
HEAD = [
    "language",
    "requests",
    "bytes in",
    "left of 14,480",
    "head",
    "body",
    "page, unpacked",
    "bytes by gzip",
]


class Fetched(HTMLParser):
    """Collects what a browser fetches by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        address = got.get("href", "") if tag == "link" else got.get("src", "")
        if address and not address.startswith("data:"):
            self.addresses.append(address)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.parse_args()
    rows = []
    for language in languages():
        with database("sqlite") as url:
            (code,) = open_posters(url, 1, sorted({"en", "es", language}))
            with serve(url) as server:
                rows.append(visit(server, f"/s/{code}?lang={language}", language))
    print(table(HEAD, rows))


def languages() -> list[str]:
    content = read_content()
    return sorted(language.code for language in content.offered(content.languages))


def visit(server: Server, path: str, language: str) -> list[object]:
    """Return the row of one language."""
    by_gzip = sum(map(len, fetch(server.port, path, "gzip")))
    for _ in range(IN_USE * 8):  # every worker of the server has made the page
        head, body = fetch(server.port, path)
    page = brotli.decompress(body)
    sizes = [len(head) + len(body)]
    for address in Fetched(page.decode()).addresses:
        sizes.append(sum(map(len, fetch(server.port, address))))
    left = WINDOW - sizes[0]
    told = [f"{sum(sizes):,}", f"{left:,}", len(head), len(body), len(page), f"{by_gzip:,}"]
    return [language, len(sizes), *told]


def fetch(port: int, path: str, encoding: str = "gzip, deflate, br") -> tuple[bytes, bytes]:
    """Return (head, body) of one reply, byte for byte as it came."""
    phone = PHONE.replace("gzip, deflate, br", encoding)
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\n{phone}Connection: close\r\n\r\n".encode())
        reply = b""
        while part := line.recv(65536):
            reply += part
    head, _, body = reply.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", body


if __name__ == "__main__":
    main()
