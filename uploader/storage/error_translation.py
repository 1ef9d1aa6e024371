"""Foreign errors in our words: translated once, here, with the words of S3 and of AWS kept for the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigNotFound,
    ConfigParseError,
    ConnectionError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    LoginError,
    MetadataRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from uploader import errors
from uploader.presenter_mask import mask
from uploader.presign import error_explanations
from uploader.presign.error_table import TRANSIENT_CODES
from uploader.redaction import without_credentials

EXPIRED: Final = (
    "The AWS credentials of the app have expired; sign in again (for example with aws sso login), "
    "or set new ones."
)


@contextmanager
def translate_errors(action: str) -> Iterator[None]:
    """Around one call of boto3: whatever it raises becomes one of our errors."""
    try:
        with translated_stream(action):
            yield
    except errors.UploaderError:
        raise
    except Exception as error:
        # boto3 lets through what Python itself raises: ValueError of a bad header or address, OSError
        raise _unexpected(f"The app could not {action}", error) from error


@contextmanager
def translated_stream(action: str) -> Iterator[None]:
    """Around code of ours that reads an answer: botocore's errors only, to hide no fault of ours."""
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
    except BotoCoreError as error:
        raise _of_credentials(error) or _unexpected(f"The app could not {action}", error) from error


@contextmanager
def translated_credentials() -> Iterator[None]:
    """Around the finding and renewing of credentials: no error of it is the bucket's."""
    try:
        yield
    except errors.UploaderError:
        raise
    except ClientError as error:
        body = error.response.get("Error", {})
        said = _quoted(body.get("Message", ""))
        raise errors.StorageRefused(
            f"AWS gave the app no credentials: it refused {error.operation_name} "
            f"({body.get('Code', 'no code')}){said}. Check the role and its trust policy.",
            code=str(body.get("Code", "")),
        ) from error
    except (ConnectionError, HTTPClientError) as error:
        raise errors.BucketUnreachable(
            "AWS did not answer when the app asked for its credentials; check the network, then try again.",
            code="credentials_unreachable",
            reason=type(error).__name__,
        ) from error
    except RuntimeError as error:  # botocore's answer to credentials that are over as soon as they come
        if "expired" not in str(error):
            raise _unexpected("The app could not get its AWS credentials", error) from error
        raise errors.StorageRefused(EXPIRED, code="ExpiredToken") from error
    except (
        OSError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
    ) as error:  # of a credential_process that is missing or prints no JSON
        raise _process(error) from error
    except Exception as error:
        known = _of_credentials(error) if isinstance(error, BotoCoreError) else None
        raise known or _unexpected("The app could not get its AWS credentials", error) from error


def _of_credentials(error: BotoCoreError) -> errors.StorageError | None:
    """What is wrong with the AWS configuration; None where the error is about something else."""
    given, code = error.kwargs, type(error).__name__
    if isinstance(error, NoCredentialsError):
        code, sentence = (
            "NoCredentials",
            (
                "The app has no AWS credentials; set AWS_PROFILE, AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY, or give the machine a role, then start it again."
            ),
        )
    elif isinstance(error, ProfileNotFound):
        sentence = (
            f"There is no AWS profile named {_name(given.get('profile'))}; check AWS_PROFILE, "
            "or make the profile with aws configure."
        )
    elif isinstance(error, PartialCredentialsError):
        sentence = f"Half of the AWS key is missing ({_name(given.get('cred_var'))}); set both halves."
    elif isinstance(error, SSOError | LoginError | TokenRetrievalError):
        sentence = "The AWS sign-in of the app was never made or has ended; run aws sso login (or aws login)."
    elif isinstance(error, CredentialRetrievalError) and given.get("provider") == "custom-process":
        return _process(error, str(given.get("error_msg", "")))
    elif isinstance(error, ConfigParseError | ConfigNotFound):
        sentence = f"The AWS configuration file {_name(given.get('path'))} cannot be read; correct it."
    elif isinstance(error, CredentialRetrievalError | MetadataRetrievalError):
        sentence = f"The role of this machine gave no AWS credentials{_quoted(given.get('error_msg'))}."
    else:
        return None
    return errors.StorageRefused(sentence, code=code)


def _process(error: Exception, said: str = "") -> errors.StorageError:
    if isinstance(error, FileNotFoundError | PermissionError):
        said = f"{error.filename} cannot be run: {error.strerror}"
    elif not said:
        said = "it did not print the JSON that AWS asks for"  # never what it printed, which may be a key
    return errors.StorageRefused(
        f"The AWS credentials could not be read{_quoted(said)}. Run the credential_process of "
        "~/.aws/config by hand and correct what it says.",
        code="CredentialProcess",
    )


def _unexpected(what: str, error: Exception) -> errors.StorageError:
    return errors.StorageRefused(f"{what}{_quoted(error)}.", code=type(error).__name__)


def _quoted(said: object) -> str:
    """A foreign message as the end of a sentence: one line, and nothing secret in it."""
    words = " ".join("".join(c if c.isprintable() else " " for c in str(said or "")).split())
    return f": {without_credentials(mask(words)).rstrip('.')}" if words else ""


def _name(given: object) -> str:
    return _quoted(given).removeprefix(": ") or "?"


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
        error_explanations.explain(code, message, status).sentence,
        code=code,
        status=status,
        request_id=str(meta.get("RequestId", "")),
        action=action,
        message=message,
    )


def refused_item(item: object) -> errors.StorageRefused:
    """The refusal of one object among many, as the answer to DeleteObjects has it."""
    said = item if isinstance(item, dict) else {}
    code, message = str(said.get("Code", "")), str(said.get("Message", ""))
    return errors.StorageRefused(
        error_explanations.explain(code, message, 403).sentence, code=code, message=message
    )
