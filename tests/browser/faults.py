"""A bad signal: a small TCP proxy that drops, delays, cuts off and doubles what passes it."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

# What may befall a request, and how often. "reply lost" is the one that doubles answers elsewhere:
# the server has stored them and the phone does not know.
SHARES = {
    "passed": 0.46,
    "delayed": 0.08,
    "doubled": 0.08,
    "refused": 0.08,
    "request cut": 0.10,
    "reply lost": 0.10,
    "reply cut": 0.10,
}
LONGEST = 0.2  # seconds of delay


class Faults:
    """Stands between phones and a server. Harmless until `spoil` is set; the seed decides all."""

    def __init__(self, upstream: int, seed: int) -> None:
        self.upstream, self.seed = upstream, seed
        self.chance = random.Random(seed)
        self.befell: Counter[str] = Counter()
        self.spoil = False
        self.port = 0

    def __str__(self) -> str:
        total = sum(self.befell.values())
        shares = ", ".join(f"{name} {n / total:.0%}" for name, n in self.befell.most_common())
        return f"seed {self.seed}, {total} requests: {shares}"

    async def pass_on(self, phone: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Deal with one connection, which is one request."""
        try:
            request = await read_request(phone)
            names, weights = zip(*SHARES.items(), strict=True)
            fate = self.chance.choices(names, weights)[0] if self.spoil else "passed"
            if self.spoil:
                self.befell[fate] += 1
            await self.meet(fate, request, back)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the phone or the server has gone
        finally:
            back.close()

    async def meet(self, fate: str, request: bytes, back: asyncio.StreamWriter) -> None:
        if fate == "refused":
            return reset(back)
        if fate == "request cut":
            await self.ask(request[: self.chance.randrange(len(request))], cut=True)
            return reset(back)
        if fate == "delayed":
            await asyncio.sleep(self.chance.uniform(0, LONGEST))
        if fate == "doubled":
            replies = await asyncio.gather(self.ask(request), self.ask(request))
            reply = self.chance.choice(replies)
        else:
            reply = await self.ask(request)
        if fate == "reply lost":
            return reset(back)
        if fate == "reply cut":
            reply = reply[: self.chance.randrange(len(reply))]
        back.write(reply)
        await back.drain()

    async def ask(self, request: bytes, *, cut: bool = False) -> bytes:
        """Return the server's reply; of a request that is cut off nobody waits for one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        try:
            writer.write(request)
            await writer.drain()
            return b"" if cut else await reader.read()
        finally:
            writer.close()


async def read_request(phone: asyncio.StreamReader) -> bytes:
    """Return one whole request, made to ask for a reply that ends with the connection."""
    head = await phone.readuntil(b"\r\n\r\n")
    lines = [
        line for line in head[:-4].split(b"\r\n") if not line.lower().startswith(b"connection")
    ]
    sizes = [int(line[15:]) for line in lines if line.lower().startswith(b"content-length:")]
    body = await phone.readexactly(sizes[0]) if sizes else b""
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body


def reset(back: asyncio.StreamWriter) -> None:
    """End a connection as a lost signal does, not politely."""
    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    back.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


@contextmanager
def bad_signal(upstream: int, seed: int) -> Iterator[Faults]:
    """Run the proxy on a free port."""
    faults, ready = Faults(upstream, seed), threading.Event()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(faults.pass_on, "127.0.0.1", 0, limit=2**20)
        faults.port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()
        mine = asyncio.current_task()
        still = [task for task in asyncio.all_tasks() if task is not mine]
        for task in still:
            task.cancel()
        await asyncio.gather(*still, return_exceptions=True)
        await asyncio.sleep(0.1)  # connections close a moment later

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()], daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield faults
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()
