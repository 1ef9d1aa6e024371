"""One application on a real local store, and its routes, for all that is fuzzed."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.fuzz.requested import serving
from uploader.flow.app import Application, open_application
from uploader.settings import Settings


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    opened = open_application(Settings.load(local_dir=tmp_path_factory.mktemp("fuzz")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(application: Application) -> Iterator[TestClient]:
    with serving(application) as client:
        yield client
