"""The app's AWS credentials: current whenever something is signed, without a restart.

boto3's own chain finds them: https://docs.aws.amazon.com/boto3/latest/guide/credentials.html. botocore renews
them only when a request is sent, waits for a credential_process as long as it takes, and never looks at a
changed file again; but a form is signed without any request, and a page must not wait.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import botocore.session
import structlog
from botocore.credentials import Credentials as StaticCredentials
from botocore.exceptions import NoCredentialsError

from uploader import errors
from uploader.single_flight import SingleFlight, StillRunning
from uploader.storage.error_translation import translated_credentials

log = structlog.get_logger()

_WAIT_S: Final = 3.0
"""How long a caller waits for credentials: a page must say what is wrong within five seconds."""
_RENEW_BEFORE: Final = timedelta(minutes=15)
_TRY_AGAIN_S: Final = 10.0
_REPLACED: Final = frozenset({"ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "TokenRefreshRequired"})
"""S3's answers to credentials that are over (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one moment. `ends_at` is None where nobody says when, or whether, they end."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(repr=False, default=None)
    ends_at: datetime | None = None
    renew_at: datetime | None = None
    account_id: str | None = None

    @property
    def is_temporary(self) -> bool:
        """Whether they end, known or not: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html."""
        return bool(self.token) or self.ends_at is not None or self.access_key.startswith("ASIA")

    def is_same(self, other: "Keys | None") -> bool:
        """Whether S3 would see no difference."""
        return other is not None and (self.access_key, self.secret_key, self.token) == (
            other.access_key,
            other.secret_key,
            other.token,
        )


class Credentials:
    """Credentials that renew themselves. botocore takes an instance for its own; it serves all threads."""

    method = "uploader"

    def __init__(self, find: Callable[[], Any], files: tuple[str, ...] = ()) -> None:
        self._find = find
        self._files = files
        self._source: Any = None
        self._keys: Keys | None = None
        self._seen: tuple[object, ...] = ()
        self._try_again_at = self._replaced_at = float("-inf")
        self._loading = SingleFlight(self._load, name="credentials")
        self.version = 0
        """Counts how often other keys took the place of these: what those signed may be worth nothing."""

    @classmethod
    def from_chain(cls) -> "Credentials":
        """Those of the environment, the profile or the role. Raises what botocore raises."""
        session = botocore.session.Session()
        files = (session.get_config_variable(name) for name in ("credentials_file", "config_file"))
        return cls(
            lambda: botocore.session.Session().get_credentials(),
            tuple(os.path.expanduser(file) for file in files if file),
        )

    @classmethod
    def fixed(cls, access_key: str, secret_key: str) -> "Credentials":
        """A key pair that is given."""
        return cls(lambda: StaticCredentials(access_key, secret_key))

    def session(self) -> botocore.session.Session:
        """A session whose clients sign with these."""
        session = botocore.session.Session()
        session.register_component("credential_provider", _Provider(self))
        return session

    def current(self) -> Keys:
        """The keys to sign with now, renewed where their end is near or their file has changed.

        Raises StorageRefused, BucketUnreachable where there are none and none can be had within 3 s.
        """
        keys = self._keys
        changed = self._seen != self._fingerprint()
        if keys is not None and not (changed or _is_due(keys)):
            return keys
        usable = keys is not None and (keys.ends_at is None or keys.ends_at > datetime.now(UTC))
        if keys is not None and usable and time.monotonic() < self._try_again_at:
            return keys
        if changed:
            self._source = None
        try:
            renewed = self._renewed()
        except errors.StorageError as error:
            if keys is None or not usable:
                raise
            log.warning("credentials.not_renewed", code=error.code, reason=str(error))
            renewed = keys
        if renewed is keys or _is_due(renewed):
            self._try_again_at = time.monotonic() + _TRY_AGAIN_S
        return renewed

    def ends_at(self) -> datetime | None:
        """When the current keys end; None where nobody says. Never raises once there were keys."""
        try:
            return self.current().ends_at
        except errors.StorageError:
            if self._keys is None:
                raise
            return self._keys.ends_at

    def replace(self) -> bool:
        """Looks for other keys, once in a while, after S3 refused these; True where there are some."""
        if time.monotonic() < self._replaced_at + _TRY_AGAIN_S:
            return False
        before, self._source = self._keys, None
        self._replaced_at = time.monotonic()
        try:
            return not self._renewed().is_same(before)
        except errors.StorageError as error:
            log.warning("credentials.not_replaced", code=error.code, reason=str(error))
            return False

    # --- what botocore asks -----------------------------------------------------------------------------

    def get_frozen_credentials(self) -> Keys:
        """botocore's name for `current`."""
        return self.current()

    def get_deferred_property(self, name: str) -> Callable[[], Any]:
        """botocore's way to ask for one of them when it is needed."""
        return lambda: getattr(self.current(), name)

    def retry_replaced(self, response: Any, attempts: int, **_: Any) -> Any:
        """A handler of botocore's needs-retry: once more, at once, where other keys were found."""
        if response is None or attempts > 1:
            return None
        error, status = response[1].get("Error", {}), response[0].status_code
        is_over = error.get("Code") in _REPLACED or (status == 400 and error.get("Code") == "400")
        return 0.0 if is_over and self.replace() else None

    # --- loading ----------------------------------------------------------------------------------------

    def _renewed(self) -> Keys:
        try:
            return self._loading.result(_WAIT_S)
        except StillRunning:
            raise errors.BucketUnreachable(
                f"AWS credentials did not come within {_WAIT_S:.0f} s; check the credential_process, "
                "the role and the network. The app keeps trying.",
                code="credentials_slow",
            ) from None

    def _load(self) -> Keys:
        seen = self._fingerprint()
        with translated_credentials():
            if (source := self._source) is None:
                source = self._find()
                if source is None:
                    raise NoCredentialsError()
            frozen = source.get_frozen_credentials()
        keys = _keys(frozen, getattr(source, "_expiry_time", None))
        if self._keys is not None and source is not self._source and not keys.is_same(self._keys):
            self.version += 1
        self._source, self._keys, self._seen = source, keys, seen
        return keys

    def _fingerprint(self) -> tuple[object, ...]:
        return tuple(_stamp(file) for file in self._files)


class _Provider:
    """Stands where botocore keeps its chain."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Credentials:
        return self._credentials


def _keys(frozen: Any, ends_at: datetime | None) -> Keys:
    named = {
        "access key ID": ("AWS_ACCESS_KEY_ID", frozen.access_key),
        "secret access key": ("AWS_SECRET_ACCESS_KEY", frozen.secret_key),
        "session token": ("AWS_SESSION_TOKEN", frozen.token or "none"),
    }
    for name, (variable, value) in named.items():
        if value != value.strip() or not value.isprintable() or not value.isascii() or not value:
            raise errors.StorageRefused(
                f"The AWS {name} holds a line break, a blank or another character that no key has; "
                f"copy it again without it (in {variable}, the credentials file or credential_process).",
                code="CredentialsMalformed",
            )
    now = datetime.now(UTC)
    renew_at = None if ends_at is None else ends_at - min(_RENEW_BEFORE, (ends_at - now) / 2)
    return Keys(frozen.access_key, frozen.secret_key, frozen.token or None, ends_at, renew_at)


def _is_due(keys: Keys) -> bool:
    return keys.renew_at is not None and keys.renew_at <= datetime.now(UTC)


def _stamp(file: str) -> tuple[object, ...]:
    try:
        found = os.stat(file)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino
