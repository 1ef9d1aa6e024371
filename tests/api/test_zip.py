"""GET /api/zip: only what a fresh ticket of ours names."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.support.sample_image import picture
from uploader import api
from uploader.flow import app as wired
from uploader.flow.app import Application


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path))
    yield wired.application()
    wired.close_application()


@pytest.fixture
def client(app: Application) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=api.ROUTES)) as client:
        yield client


def test_a_ticket_gives_its_images_and_no_other(app: Application, client: TestClient) -> None:
    key = app.server_uploads.upload(picture(), "a.jpg", who="").key
    app.server_uploads.upload(picture(color="red"), "b.jpg", who="")
    ticket = app.signer.mint_selection([key], now=datetime.now(UTC))
    answer = client.get("/api/zip", params={"ticket": ticket})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["a.jpg"]


@pytest.mark.parametrize("ticket", ["", "x", "x" * 10_000, "é"])
def test_a_forged_ticket_gives_nothing(client: TestClient, ticket: str) -> None:
    answer = client.get("/api/zip", params={"ticket": ticket})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ticket_forged")


def test_an_old_ticket_gives_nothing(app: Application, client: TestClient) -> None:
    ticket = app.signer.mint_selection(["images/x"], now=datetime.now(UTC) - timedelta(seconds=601))
    answer = client.get("/api/zip", params={"ticket": ticket})
    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "ticket_expired")


def test_a_ticket_of_an_upload_is_none_for_a_download(app: Application, client: TestClient) -> None:
    other = app.signer.mint_pass("", now=datetime.now(UTC))
    assert client.get("/api/zip", params={"ticket": other}).status_code == 403
