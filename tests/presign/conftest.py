"""One real server for this folder's tests."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from uploader.storage.local import LocalStore, start_local_store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStore]:
    """A running store with its bucket made."""
    with start_local_store(tmp_path_factory.mktemp("presign-store")) as running:
        client_of(running.store).create_bucket(Bucket=running.store.bucket)
        yield running.store


@pytest.fixture(scope="session")
def client(store: LocalStore) -> Any:
    """An S3 client of the store."""
    return client_of(store)


def client_of(store: LocalStore) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=store.endpoint_url,
        region_name=store.region,
        aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
    )
