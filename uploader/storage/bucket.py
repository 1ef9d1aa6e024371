"""One S3 bucket: everything that speaks boto3.

The client is made once (100 ms and 15 MB) and shared by all threads. SigV4 and the regional host always:
boto3's own defaults still sign SigV2 for the global host, which newer buckets refuse.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

import boto3

from uploader import errors
from uploader.presign.policy import decode_policy, sha256_field
from uploader.storage.client_config import client_config, retry_conflicts
from uploader.storage.copy_check import Copies
from uploader.storage.credentials import Credentials
from uploader.storage.error_translation import (
    EXPIRED,
    require_open_endpoint,
    translate_errors,
    translated_stream,
)
from uploader.storage.location import locate
from uploader.storage.objects import (
    Listing,
    PostForm,
    PresignedPost,
    StoredObject,
    content_disposition,
    require,
    stored_object,
)
from uploader.storage.rules import Rules

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class Bucket(Copies, Rules):
    """The calls this project makes, each one request, each failing with an error of `uploader.errors`."""

    def __init__(self, client: "S3Client", name: str, credentials: Credentials) -> None:
        retry_conflicts(client)
        self._client = client
        self._credentials = credentials
        self.name = name
        self.region = str(client.meta.region_name)
        self.endpoint_url = str(client.meta.endpoint_url)

    @classmethod
    def open(
        cls,
        name: str,
        *,
        region: str | None = None,
        endpoint_url: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
    ) -> "Bucket":
        """A bucket by its name. On AWS one HeadBucket asks where it lies.

        Without `endpoint_url` it is AWS, or the store that the AWS configuration names.
        Raises BucketUnreachable, StorageRefused (no credentials, no such bucket).
        """
        with translate_errors("open the bucket"):
            if access_key and secret_key:
                credentials = Credentials.fixed(access_key, secret_key)
            else:
                credentials = Credentials.from_chain()
            credentials.current()
            session = credentials.session()
            place = locate(session, name, region=region, endpoint_url=endpoint_url)
            client = boto3.Session(botocore_session=session).client(
                "s3",
                region_name=place.region,
                endpoint_url=place.endpoint_url,
                config=client_config(name, place.endpoint_url),
            )
            require_open_endpoint(str(client.meta.endpoint_url))
            client.meta.events.register("needs-retry.s3", credentials.retry_replaced)
            return cls(client, name, credentials)

    # --- signing ---------------------------------------------------------------------------------------

    def presign_post(self, rules: PostForm, *, expires_s: int, now: datetime | None = None) -> PresignedPost:
        """Signs a form for these rules, for `expires_s` seconds or as long as the credentials live.

        https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-authentication-HTTPPOST.html
        """
        life_s = self._life_s(expires_s, now or datetime.now(UTC))
        with translate_errors("sign the form"):
            signed = self._client.generate_presigned_post(
                Bucket=self.name,
                Key=rules.key,
                Fields={name: value for name, value in rules.fields().items() if name != "key"},
                Conditions=[c for c in rules.conditions() if c != {"key": rules.key}],
                ExpiresIn=life_s,
            )
        fields = dict(signed["fields"])
        # With the slash, path-style stores apply the bucket's own CORS rules to the preflight.
        url = f"{str(signed['url']).rstrip('/')}/"
        return PresignedPost(url, fields, decode_policy(fields["policy"]).expires_at)

    def presign_get(
        self,
        key: str,
        *,
        expires_s: int,
        download_name: str | None = None,
        content_type: str | None = None,
        now: datetime | None = None,
    ) -> tuple[str, datetime]:
        """A link to read one object, and when it ends.

        With `download_name` the browser saves it under that name (https://www.rfc-editor.org/rfc/rfc6266);
        with `content_type` the answer has that type, whatever the object was stored with.
        """
        now = now or datetime.now(UTC)
        life_s = self._life_s(expires_s, now)
        params = {"Bucket": self.name, "Key": key, "ResponseCacheControl": f"private, max-age={life_s}"}
        if download_name is not None:
            params["ResponseContentDisposition"] = content_disposition(download_name)
        if content_type is not None:
            params["ResponseContentType"] = content_type
        with translate_errors("sign a link"):
            url = self._client.generate_presigned_url("get_object", Params=params, ExpiresIn=life_s)
        return url, now + timedelta(seconds=life_s)

    def credentials_expire_at(self) -> datetime | None:
        """When the credentials behind every signature end, renewed first where that is due.

        None for those that do not end, and for those that do not say when: see `credentials_are_temporary`.
        """
        return self._credentials.ends_at()

    def credentials_are_temporary(self) -> bool:
        """Whether they end some time, known or not. Raises StorageError where there are none."""
        return self._credentials.current().is_temporary

    @property
    def credentials_version(self) -> int:
        """Another number once other credentials took the place of those that older links were signed with."""
        return self._credentials.version

    def secret_key_for(self, access_key: str) -> str | None:
        """The secret of this key, None once it was renewed: for the simulator, never for a page."""
        current = self._credentials.current()
        return current.secret_key if current.access_key == access_key else None

    def _life_s(self, wanted_s: int, now: datetime) -> int:
        end = self._credentials.current().ends_at
        if end is None:
            return wanted_s
        left_s = int((end - now).total_seconds())
        if left_s <= 0:
            raise errors.StorageRefused(EXPIRED, code="ExpiredToken")
        return min(wanted_s, left_s)

    # --- objects ---------------------------------------------------------------------------------------

    def head(self, key: str) -> StoredObject:
        """What S3 says of an object, its SHA-256 included. Raises ObjectMissing."""
        with translate_errors("look at an object"):
            found = self._client.head_object(Bucket=self.name, Key=key, ChecksumMode="ENABLED")
        return stored_object(key, found)

    @contextmanager
    def read(self, key: str) -> Iterator[tuple[StoredObject, IO[bytes]]]:
        """An object and its body as a stream, one GET. Raises ObjectMissing."""
        with translate_errors("read an object"):
            found = self._client.get_object(Bucket=self.name, Key=key, ChecksumMode="ENABLED")
        # closing: `with found["Body"]` gives the raw stream, which takes a cut body for a whole one
        with translated_stream("read an object"), closing(found["Body"]) as body:
            yield stored_object(key, found), body  # type: ignore[misc]

    def put(
        self,
        key: str,
        body: bytes | IO[bytes],
        *,
        content_type: str,
        sha256: str | None = None,
        metadata: Mapping[str, str] | None = None,
        only_if_absent: bool = False,
    ) -> str:
        """Stores an object, and gives its version id, empty where the bucket keeps no versions.

        Raises ObjectChanged where `only_if_absent` and it is there.
        """
        extra: dict[str, Any] = {"IfNoneMatch": "*"} if only_if_absent else {}
        if sha256 is not None:
            extra |= {"ChecksumSHA256": sha256_field(sha256), "ChecksumAlgorithm": "SHA256"}
        with translate_errors("store an object"):
            stored = self._client.put_object(
                Bucket=self.name,
                Key=key,
                Body=body,
                ContentType=content_type,
                Metadata=dict(metadata or {}),
                **extra,
            )
        require(stored, "ETag")
        return stored.get("VersionId", "")

    def list(self, prefix: str, *, start_after: str = "", limit: int = 1_000) -> Listing:
        """At most `limit` (1 to 1,000) objects under `prefix` with keys after `start_after`, in one call."""
        with translate_errors("list the bucket"):
            found = self._client.list_objects_v2(
                Bucket=self.name, Prefix=prefix, MaxKeys=limit, StartAfter=start_after
            )
        require(found, "IsTruncated")
        objects = (
            StoredObject(item["Key"], item["Size"], item["ETag"], item["LastModified"])
            for item in found.get("Contents", ())
        )
        return Listing(tuple(objects), bool(found.get("IsTruncated")))

    def folders(self, prefix: str = "") -> tuple[str, ...]:
        """The folders right under `prefix`, each whole and with its slash, from one call: 1,000 at most."""
        with translate_errors("list the folders of the bucket"):
            found = self._client.list_objects_v2(
                Bucket=self.name, Prefix=prefix, Delimiter="/", MaxKeys=1_000
            )
        require(found, "IsTruncated")
        return tuple(item["Prefix"] for item in found.get("CommonPrefixes", ()))
