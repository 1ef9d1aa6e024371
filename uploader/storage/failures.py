"""botocore's errors in our words: translated once, here, with S3's own kept for the log."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
)

from uploader import errors
from uploader.presign import answers
from uploader.presign.answer_table import TRANSIENT_CODES
from uploader.redaction import without_credentials


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Every botocore error becomes one of ours; S3's words are kept for the log."""
    try:
        yield
    except ClientError as error:
        raise _from_answer(error, action) from error
    except (ConnectionError, HTTPClientError, IncompleteReadError) as error:
        raise errors.BucketUnreachable(
            f"The bucket did not answer when the app tried to {action}; "
            "check the network and the endpoint, then try again.",
            reason=type(error).__name__,
        ) from error
    except NoCredentialsError as error:
        raise errors.StorageRefused(
            "The app has no AWS credentials; set AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or give the machine a role, then start it again.",
            code="NoCredentials",
        ) from error
    except BotoCoreError as error:
        raise errors.StorageRefused(
            f"The app could not {action}: {without_credentials(str(error).rstrip('.'))}.",
            code=type(error).__name__,
        ) from error


def require_open_endpoint(url: str) -> None:
    """Sees that an endpoint holds no user and password, which every signed form and link would show.

    UPLOADER_ENDPOINT_URL is checked already; boto3 also reads AWS_ENDPOINT_URL and the profile. Raises
    StorageRefused.
    """
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise errors.StorageRefused(
            "The endpoint in AWS_ENDPOINT_URL or in the AWS profile holds a user and a password; "
            "take them out, since every signed link would show them.",
            code="endpoint_unusable",
        )


def _from_answer(error: ClientError, action: str) -> errors.StorageError:
    body = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code, message = str(body.get("Code", "")), str(body.get("Message", ""))
    status = int(meta.get("HTTPStatusCode", 0))
    kind: type[errors.StorageError] = errors.StorageRefused
    if status == 404 and code in ("404", "NoSuchKey", "NotFound"):
        kind = errors.ObjectMissing
    elif status == 412:
        kind = errors.ObjectChanged
    elif status >= 500 or code in TRANSIENT_CODES:
        kind = errors.StorageBusy
    return kind(
        answers.explain(code, message, status).sentence,
        code=code,
        status=status,
        request_id=str(meta.get("RequestId", "")),
        action=action,
        message=message,
    )
