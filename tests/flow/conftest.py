"""The flow on the real local store, with real checking children."""

from collections.abc import Callable

import pytest

from tests.support.flow import Flow
from uploader.storage.bucket import Bucket


@pytest.fixture
def flow(bucket: Bucket, join: Callable[..., Flow]) -> Flow:
    return join(bucket)
