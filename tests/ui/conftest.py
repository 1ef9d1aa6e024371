"""The pages under AppTest, on a real local store of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.support.app_server import MAIN
from uploader.flow import app as wired
from uploader.flow.app import Application


@pytest.fixture(scope="session")
def _store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(autouse=True)
def _page_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uploader.ui.queries.PAGE_WAIT_S", 60.0)


@pytest.fixture
def app(_store_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """The application that the pages find, with an empty bucket."""
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(_store_folder))
    monkeypatch.setenv("UPLOADER_ALLOW_BROWSE", "true")
    st.cache_data.clear()
    application = wired.application()
    for stored in application.bucket.list("").objects:
        application.bucket.delete(stored.key)
    yield application
    wired.close_application()


@pytest.fixture
def open_page(app: Application) -> Callable[[], AppTest]:
    """Opens the dashboard at its first page."""
    return lambda: AppTest.from_file(str(MAIN), default_timeout=30).run()
