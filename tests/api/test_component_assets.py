"""How browsers may keep the components' modules: unchanged ones are not sent again, changed ones are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from uploader.api.component_assets import ComponentAssets

MODULE = "/base/_stcore/bidi-components/uploader.tiles/tiles/grid.js"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("grid.js", "__init__.py"):
        (tmp_path / name).write_text("one", "utf-8")
    return tmp_path


@pytest.fixture
def client(folder: Path) -> Iterator[TestClient]:
    """Sends the files as Streamlit does: public, without a validator."""

    def asset(request: Request) -> Response:
        file = folder / request.path_params["path"].split("/")[-1]
        body, status = (file.read_bytes(), 200) if file.is_file() else (b"read error", 404)
        return Response(body, status, {"Cache-Control": "public"}, media_type="text/javascript")

    app = Starlette(
        routes=[Route("/{path:path}", asset)],
        middleware=[Middleware(ComponentAssets), Middleware(GZipMiddleware, minimum_size=1)],
    )
    with TestClient(app) as made:
        yield made


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_an_unchanged_module_is_not_sent_again_and_a_changed_one_is(
    client: TestClient, folder: Path, encoding: str
) -> None:
    client.headers["Accept-Encoding"] = encoding
    first = client.get(MODULE)
    assert (first.status_code, first.text, first.headers["Cache-Control"]) == (200, "one", "no-cache")
    assert first.headers.get("Content-Encoding", "identity") == encoding
    known = {"If-None-Match": first.headers["ETag"]}
    again = client.get(MODULE, headers=known)
    assert (again.status_code, again.text, again.headers["ETag"]) == (304, "", first.headers["ETag"])
    (folder / "grid.js").write_text("two", "utf-8")
    changed = client.get(MODULE, headers=known)
    assert (changed.status_code, changed.text) == (200, "two")
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_python_files_beside_the_modules_are_not_served(client: TestClient) -> None:
    answer = client.get(MODULE.replace("grid.js", "__init__.py"))
    assert (answer.status_code, answer.text) == (404, "")


def test_everything_else_passes(client: TestClient) -> None:
    assert client.get("/static/grid.js").headers["Cache-Control"] == "public"
    missing = client.get(MODULE.replace("grid", "none"))
    assert (missing.status_code, missing.text, missing.headers["Cache-Control"]) == (
        404,
        "read error",
        "public",
    )
