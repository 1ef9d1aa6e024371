"""A network between browser and app: each byte takes half a round trip, in order, whatever it carries."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future

_CHUNK_BYTES = 65_536


@contextlib.contextmanager
def at_a_distance(port: int, *, round_trip_s: float) -> Iterator[str]:
    """The app on `port` of loopback as somebody far away reaches it: gives its address there."""
    ready: Future[int] = Future()
    over = asyncio.Event()
    loop = asyncio.new_event_loop()
    work = _serve(port, round_trip_s / 2, ready, over)
    thread = threading.Thread(target=loop.run_until_complete, args=(work,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{ready.result(10)}"
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()


async def _serve(port: int, delay_s: float, ready: "Future[int]", over: asyncio.Event) -> None:
    visits: set[asyncio.Task[None]] = set()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.add(asyncio.current_task())  # type: ignore[arg-type]
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        both = (_carry(reader, far_writer, delay_s), _carry(far_reader, writer, delay_s))
        with contextlib.suppress(asyncio.CancelledError):  # the test is over
            await asyncio.gather(*both, return_exceptions=True)
        writer.close()
        far_writer.close()

    server = await asyncio.start_server(visit, "127.0.0.1", 0)
    ready.set_result(server.sockets[0].getsockname()[1])
    await over.wait()
    server.close()
    for one in visits:
        one.cancel()
    await asyncio.gather(*visits, return_exceptions=True)
    await asyncio.sleep(0)  # lets the transports close


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    while data := await source.read(_CHUNK_BYTES):
        loop.call_later(delay_s, target.write, data)
    await asyncio.sleep(delay_s)
    if target.can_write_eof():
        target.write_eof()
