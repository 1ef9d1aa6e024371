"""Where a bucket lies: the store that the AWS configuration names, and the region that S3 itself names."""

from dataclasses import dataclass
from typing import Any, Final

import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from uploader.storage.client_config import client_config

log = structlog.get_logger()

_DEFAULT_REGION: Final = "us-east-1"
_QUICK: Final = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 1})


@dataclass(frozen=True, slots=True)
class Location:
    """Region and address of a bucket; `endpoint_url` is None on AWS."""

    region: str
    endpoint_url: str | None


def locate(session: Session, name: str, *, region: str | None, endpoint_url: str | None) -> Location:
    """Where the bucket lies. On AWS one HeadBucket asks; a region that is given stands where none is named.

    Raises ClientError, BotoCoreError where nothing is given and S3 does not say.
    """
    default = region or session.get_config_variable("region") or _DEFAULT_REGION
    endpoint_url = endpoint_url or _configured_endpoint(session, default)
    if endpoint_url is not None:
        return Location(default, endpoint_url)
    found = _named_region(session, name, default, is_given=region is not None)
    if region is not None and found not in (None, region):
        # S3 leads API calls to the right region by itself, but never a form that was signed for a wrong one.
        log.warning("region.wrong", bucket=name, given=region, right=found)
    return Location(found or default, None)


def _configured_endpoint(session: Session, region: str) -> str | None:
    """A store that boto3 itself would speak to: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL or the profile's own.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    ignoring: dict[str, Any] = {"ignore_configured_endpoint_urls": True}
    used, own = (
        str(session.create_client("s3", region_name=region, config=config).meta.endpoint_url)
        for config in (Config(), Config(**ignoring))
    )
    return None if used == own else used


def _named_region(session: Session, name: str, region: str, *, is_given: bool) -> str | None:
    config = client_config(name, None)
    client = session.create_client(
        "s3", region_name=region, config=config.merge(_QUICK) if is_given else config
    )
    try:
        return _ask(client, name)
    except (BotoCoreError, ClientError):
        if is_given:
            return None  # the first call that is needed says why
        raise


def _ask(client: Any, name: str) -> str | None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html"""
    try:
        answer: Any = client.head_bucket(Bucket=name)
    except ClientError as error:
        answer = error.response
        if answer["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise  # it passes, and a region that was guessed would stay
    # a refused HEAD has no body that says why, so a listing is asked too
    return _region_in(answer) or _region_in(client.list_objects_v2(Bucket=name, MaxKeys=1))


def _region_in(answer: Any) -> str | None:
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    found = answer.get("BucketRegion") or headers.get("x-amz-bucket-region")
    return None if found is None else str(found)
