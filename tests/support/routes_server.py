"""The real routes over an application, on a port of this machine."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import uvicorn
from starlette.applications import Starlette

from uploader import api
from uploader.flow import app as wired
from uploader.flow.app import Application


@contextmanager
def routes_server(app: Application) -> Iterator[str]:
    """Serves until the block ends; gives the origin."""
    config = uvicorn.Config(Starlette(routes=api.ROUTES), host="127.0.0.1", port=0, log_level="error")
    server, listening = uvicorn.Server(config), config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    with patch.object(wired, "_current", app):
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
    listening.close()
