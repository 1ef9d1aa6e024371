"""Browser tabs without a browser: Streamlit's websocket, as much of it as its own client speaks.

https://github.com/streamlit/streamlit/blob/develop/proto/streamlit/proto/BackMsg.proto
"""

import asyncio
import random
import threading
import time
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PAGES = ("", "gallery")
PAUSE_S = (4.0, 12.0)
ANSWER_WITHIN_S = 120


@dataclass
class Runs:
    """What the tabs saw: how long each run of a page took, and what was wrong."""

    took_s: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    open_at_once: int = 0


class Sessions:
    """`count` tabs that stay open, each running its page again now and then: `with Sessions(url, 50)`."""

    def __init__(self, url: str, count: int, runs: Runs) -> None:
        self._url = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
        self._origin, self._count, self._runs = url, count, runs
        self._all_ran, self._open = threading.Event(), 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()), daemon=True)

    def __enter__(self) -> "Sessions":
        self._thread.start()
        assert self._all_ran.wait(ANSWER_WITHIN_S), f"the pages did not run: {self._runs.faults}"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(ANSWER_WITHIN_S)
        assert not self._thread.is_alive(), "a session did not close"

    async def _all(self) -> None:
        self._loop, self._over, self._ready = asyncio.get_running_loop(), asyncio.Event(), 0
        await asyncio.gather(*(self._one(number) for number in range(self._count)))

    async def _one(self, number: int) -> None:
        pause = random.Random(number)
        try:
            async with connect(
                self._url,
                origin=self._origin,  # type: ignore[arg-type]
                subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
                max_size=None,
                open_timeout=ANSWER_WITHIN_S,
            ) as socket:
                self._open += 1
                self._runs.open_at_once = max(self._runs.open_at_once, self._open)
                turn = number
                while not self._over.is_set():
                    await asyncio.wait_for(self._run(socket, PAGES[turn % len(PAGES)]), ANSWER_WITHIN_S)
                    turn += 1
                    self._first_done(turn == number + 1)
                    await self._idle(socket, pause.uniform(*PAUSE_S))
        except Exception as error:
            self._runs.faults.append(f"session {number}: {error!r}")
        finally:
            self._open -= 1

    def _first_done(self, first: bool) -> None:
        self._ready += first
        if self._ready == self._count:
            self._all_ran.set()

    async def _idle(self, socket: ClientConnection, seconds: float) -> None:
        """Reads on, as a tab does: what fragments send by themselves must not fill the server's queue."""
        over = asyncio.create_task(self._over.wait())
        until_s = time.monotonic() + seconds
        try:
            while not self._over.is_set() and (left_s := until_s - time.monotonic()) > 0:
                read = asyncio.create_task(socket.recv())
                await asyncio.wait({over, read}, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
                if not read.cancel():
                    await read
        finally:
            over.cancel()

    async def _run(self, socket: ClientConnection, page: str) -> None:
        ask = BackMsg()
        ask.rerun_script.page_name = page
        ask.rerun_script.context_info.timezone = "UTC"
        started_s, pieces = time.monotonic(), 0
        await socket.send(ask.SerializeToString())
        while True:
            message = ForwardMsg.FromString(await socket.recv())  # type: ignore[arg-type]
            kind = message.WhichOneof("type")
            pieces += kind in ("delta", "ref_hash")
            if kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
                self._runs.faults.append(message.delta.new_element.exception.message)
            if kind == "page_not_found":
                self._runs.faults.append(f"no page {page!r}")
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break  # a page may ask for another run of itself
        if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY or pieces < 5:
            self._runs.faults.append(f"page {page!r} ended with {message.script_finished}, {pieces} pieces")
        self._runs.took_s.append(time.monotonic() - started_s)
