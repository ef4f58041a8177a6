"""A whole park behind one address: nobody is refused, and one client's loop keeps nobody out."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from tests.server.conftest import Running, Start

PHONES = 600
AT_ONCE = 24
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def answers(server: Running, phone: int) -> tuple[int, int]:
    """Open the form and send it, as one phone of many behind one address; return both statuses."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=120)
    connection.request("GET", "/s/TRYME4")
    opened = connection.getresponse()
    page = opened.read().decode()
    hidden = re.findall(r'name="(ticket|submission)" value="([^"]+)"', page)
    body = "&".join(["who=adult", "go=send", *(f"{name}={value}" for name, value in hidden)])
    connection.request("POST", "/s/TRYME4", body, FORM)
    sent = connection.getresponse()
    sent.read()
    connection.close()
    return opened.status, sent.status


def test_600_phones_behind_one_address_are_all_taken_while_one_client_loops(start: Start):
    with start() as server:
        over = threading.Event()
        loops = [0]

        def loop() -> None:
            while not over.is_set():
                server.ask("/results")
                loops[0] += 1

        loopers = [threading.Thread(target=loop) for _ in range(4)]
        for looper in loopers:
            looper.start()
        try:
            with ThreadPoolExecutor(AT_ONCE) as phones:
                seen = set(phones.map(lambda phone: answers(server, phone), range(PHONES)))
        finally:
            over.set()
            for looper in loopers:
                looper.join(120)
        assert loops[0] > 0
        assert seen == {(200, 303)}
