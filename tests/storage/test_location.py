"""Where a bucket lies, with what AWS and other stores answer, and what the AWS configuration names."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from uploader.storage.location import Location, locate

RIGHT = {"x-amz-bucket-region": "eu-west-1"}


def answer(status: int, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {"ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers or {}}}


def refusal(status: int, code: str, headers: dict[str, str] | None = None) -> ClientError:
    found: Any = {"Error": {"Code": code}, **answer(status, headers)}
    return ClientError(found, "HeadBucket")


class Session:
    """A session whose clients answer a HEAD and a listing in a given way."""

    def __init__(self, head: object, listing: object = None) -> None:
        self.head, self.listing = head, listing

    def get_config_variable(self, name: str) -> None:
        return None

    def create_client(self, *_: object, **__: object) -> object:
        def reply(found: object) -> object:
            if isinstance(found, Exception):
                raise found
            return found

        return SimpleNamespace(
            meta=SimpleNamespace(endpoint_url="https://s3.amazonaws.com"),
            head_bucket=lambda **_: reply(self.head),
            list_objects_v2=lambda **_: reply(self.listing),
        )


def place(session: Any, region: str | None = None) -> Location:
    return locate(session, "team-images", region=region, endpoint_url=None)


@pytest.mark.parametrize("given", [None, "us-west-2"])
@pytest.mark.parametrize(
    ("head", "listing"),
    [
        (answer(200, RIGHT), None),
        (refusal(301, "301", RIGHT), None),
        (refusal(403, "403", RIGHT), None),
        (refusal(400, "400"), answer(200, RIGHT)),
    ],
)
def test_the_region_is_the_one_that_s3_names(head: object, listing: object, given: str | None) -> None:
    assert place(Session(head, listing), given).region == "eu-west-1"


@pytest.mark.parametrize("head", [answer(200), refusal(404, "404"), refusal(405, "405"), refusal(403, "403")])
def test_a_store_that_names_no_region_stops_nothing(head: object) -> None:
    assert place(Session(head, answer(200))).region == "us-east-1"
    assert place(Session(head, answer(200)), "us-west-2").region == "us-west-2"


@pytest.mark.parametrize(
    ("head", "listing", "code"),
    [
        (refusal(400, "400"), refusal(400, "ExpiredToken"), "ExpiredToken"),
        (refusal(404, "404"), refusal(404, "NoSuchBucket"), "NoSuchBucket"),
        (refusal(500, "500"), answer(200), "500"),
    ],
)
def test_what_s3_says_instead_is_raised_where_no_region_is_given(
    head: object, listing: object, code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        place(Session(head, listing))
    assert refused.value.response["Error"]["Code"] == code
    assert place(Session(head, listing), "us-west-2").region == "us-west-2"


def test_a_network_that_is_down_leaves_the_region_that_was_given() -> None:
    down = EndpointConnectionError(endpoint_url="https://s3")
    assert place(Session(down), "us-west-2").region == "us-west-2"
    with pytest.raises(EndpointConnectionError):
        place(Session(down))


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])
def test_the_store_of_the_aws_configuration_is_used(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from botocore.session import Session as Real

    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert place(Real()) == Location("us-east-1", "http://127.0.0.1:9")
