"""One S3 bucket: everything that speaks boto3.

The client is made once (100 ms and 15 MB) and shared by all threads. SigV4 and the regional host always:
boto3's own defaults still sign SigV2 for the global host, which newer buckets refuse.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any, Final

import boto3

from uploader import errors
from uploader.presign.policy import sha256_field
from uploader.presign.policy_document import read_policy
from uploader.storage.bucket_settings import CORS, LIFECYCLE, BucketSettings
from uploader.storage.call_metrics import count_calls
from uploader.storage.client_config import client_config, retry_conflicts, send_at_once
from uploader.storage.credentials import Credentials
from uploader.storage.error_translation import (
    EXPIRED,
    refused_item,
    require_open_endpoint,
    translate_errors,
    translated_stream,
)
from uploader.storage.location import locate
from uploader.storage.object_options import NO_OPTIONS, ObjectOptions
from uploader.storage.objects import (
    MAX_DELETE_KEYS,
    Copied,
    Deleted,
    Listing,
    PostForm,
    PresignedPost,
    Put,
    StoredObject,
    content_disposition,
    hex_sha256,
    request_id_of,
    require,
    stored_object,
)
from uploader.storage.rules import cors_rule, lifecycle_rule

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_OTHER_ETAG: Final = f'"{"0" * 32}"'


class Bucket:
    """The calls this project makes, each one request, each failing with an error of `uploader.errors`."""

    def __init__(
        self,
        client: "S3Client",
        name: str,
        credentials: Credentials,
        *,
        for_browsers: "S3Client | None" = None,
        options: ObjectOptions = NO_OPTIONS,
    ) -> None:
        retry_conflicts(client)
        send_at_once(client)
        self._client = client
        self._credentials = credentials
        self.name = name
        self.region = str(client.meta.region_name)
        self.endpoint_url = str(client.meta.endpoint_url)
        self._for_browsers = for_browsers or client
        self.browser_endpoint_url = str(self._for_browsers.meta.endpoint_url)
        self._options = options

    @classmethod
    def open(
        cls,
        name: str,
        *,
        region: str | None = None,
        endpoint_url: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        browser_endpoint_url: str | None = None,
        options: ObjectOptions = NO_OPTIONS,
    ) -> "Bucket":
        """A bucket by its name. On AWS one HeadBucket asks where it lies.

        Without `endpoint_url` it is AWS, or the store that the AWS configuration names. Forms and links for
        browsers lead to `browser_endpoint_url`, where they know the store by another address than the app.
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
            boto = boto3.Session(botocore_session=session)

            def client_at(address: str | None) -> "S3Client":
                config = client_config(name, address)
                return boto.client("s3", region_name=place.region, endpoint_url=address, config=config)

            client = client_at(place.endpoint_url)
            require_open_endpoint(str(client.meta.endpoint_url))
            client.meta.events.register("needs-retry.s3", credentials.retry_replaced)
            count_calls(client)
            for_browsers = client_at(browser_endpoint_url) if browser_endpoint_url else None
            return cls(client, name, credentials, for_browsers=for_browsers, options=options)

    # --- signing ---------------------------------------------------------------------------------------

    def presign_post(
        self, rules: PostForm, *, expires_s: int, now: datetime | None = None, is_for_app: bool = False
    ) -> PresignedPost:
        """Signs a form for these rules, for `expires_s` seconds or as long as the credentials live.

        A browser sends it, or with `is_for_app` the app itself, which may know the store by another address.
        https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-authentication-HTTPPOST.html
        """
        life_s = self._life_s(expires_s, now or datetime.now(UTC))
        given = rules.fields()
        added = {name: value for name, value in self._options.form_fields().items() if name not in given}
        conditions = [*rules.conditions(), *({name: value} for name, value in added.items())]
        with translate_errors("sign the form"):
            signed = (self._client if is_for_app else self._for_browsers).generate_presigned_post(
                Bucket=self.name,
                Key=rules.key,
                Fields={name: value for name, value in {**given, **added}.items() if name != "key"},
                Conditions=[c for c in conditions if c != {"key": rules.key}],
                ExpiresIn=life_s,
            )
        fields = dict(signed["fields"])
        # With the slash, path-style stores apply the bucket's own CORS rules to the preflight.
        url = f"{str(signed['url']).rstrip('/')}/"
        return PresignedPost(url, fields, read_policy(fields["policy"]).expires_at)

    def presign_get(
        self,
        key: str,
        *,
        expires_s: int,
        download_name: str | None = None,
        content_type: str | None = None,
        now: datetime | None = None,
        is_for_app: bool = False,
    ) -> tuple[str, datetime]:
        """A link to read one object, for browsers or for the app itself, and when it ends.

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
            client = self._client if is_for_app else self._for_browsers
            url = client.generate_presigned_url("get_object", Params=params, ExpiresIn=life_s)
        return url, now + timedelta(seconds=life_s)

    def presign_put(self, key: str, *, expires_s: int, exact: tuple[str, int, str] | None = None) -> str:
        """A link to store one object by PUT; `exact` is the one type, size (bytes) and SHA-256 (hex) to take.

        https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-query-string-auth.html
        """
        params: dict[str, Any] = {"Bucket": self.name, "Key": key}
        if exact is not None:
            content_type, size_bytes, sha256 = exact
            params |= {"ContentType": content_type, "ContentLength": size_bytes}
            params["ChecksumSHA256"] = sha256_field(sha256)
        life_s = self._life_s(expires_s, datetime.now(UTC))
        with translate_errors("sign a link"):
            return self._client.generate_presigned_url("put_object", Params=params, ExpiresIn=life_s)

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

    def with_made_up_credentials(self) -> "Bucket":
        """The same bucket, signed for with keys that exist nowhere: forms that look right, for no use."""
        # AWS's own example of an access key
        credentials = Credentials.fixed("AKIAIOSFODNN7EXAMPLE", secrets.token_urlsafe(30))
        client = boto3.Session(botocore_session=credentials.session()).client(
            "s3",
            region_name=self.region,
            endpoint_url=self.endpoint_url,
            config=self._client.meta.config,
        )
        return Bucket(client, self.name, credentials)

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
    ) -> Put:
        """Stores an object.

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
                **self._options.put_arguments(),
                **extra,
            )
        require(stored, "ETag")
        return Put(stored.get("VersionId", ""), request_id_of(stored))

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

    # --- copies ----------------------------------------------------------------------------------------

    def copy(self, source: StoredObject, key: str, *, metadata: Mapping[str, str] | None = None) -> Copied:
        """Copies exactly the object that was seen, to a key that must be free.

        Raises ObjectChanged where the source is no longer that object or the key is taken
        (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html), ObjectMissing where it is gone.
        Some stores ignore the first condition: see `pins_copies`, and compare what was copied.
        """
        extra: dict[str, Any] = {"IfNoneMatch": "*"}
        if metadata is not None:
            extra |= {
                "Metadata": dict(metadata),
                "MetadataDirective": "REPLACE",
                "ContentType": source.content_type,
            }
        return self._copy(source.key, source.etag, key, extra)

    def pins_copies(self, key: str) -> bool:
        """Whether this store refuses to copy `key` when its ETag is not the one that is asked for.

        Really tried, to a fresh key beside it that is deleted again. Raises StorageError.
        """
        trial = f"{key.rpartition('/')[0]}/pin-{secrets.token_hex(8)}"
        try:
            self._copy(key, _OTHER_ETAG, trial, {})
        except errors.ObjectChanged:
            return True
        self.discard(trial)
        return False

    def _copy(self, source: str, etag: str, key: str, extra: Mapping[str, Any]) -> Copied:
        with translate_errors("copy an object"):
            answer = self._client.copy_object(
                Bucket=self.name,
                Key=key,
                CopySource={"Bucket": self.name, "Key": source},
                CopySourceIfMatch=etag,
                ChecksumAlgorithm="SHA256",
                **self._options.copy_arguments(),
                **extra,
            )
        found = answer.get("CopyObjectResult", {})
        require(found, "ETag")
        sha256 = hex_sha256(found.get("ChecksumSHA256"))
        return Copied(found["ETag"], sha256, answer.get("VersionId", ""), request_id_of(answer))

    # --- deleting --------------------------------------------------------------------------------------

    def delete(self, key: str, version_id: str = "") -> None:
        """Deletes an object, or one version of it; what is not there is no fault.

        Without a version, a bucket that keeps versions only hides the object.
        """
        which: dict[str, Any] = {"VersionId": version_id} if version_id else {}
        with translate_errors("delete an object"):
            self._client.delete_object(Bucket=self.name, Key=key, **which)

    def delete_versions(self, *keys: str) -> None:
        """Deletes every version of these objects and all that hides them, so that nothing of them stays.

        Needs s3:ListBucketVersions and s3:DeleteObjectVersion. Raises StorageRefused where one must stay.
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
        """
        found = [{"Key": key, "VersionId": version} for key in keys for version in self._versions(key)]
        for start in range(0, len(found), MAX_DELETE_KEYS):
            wanted: Any = found[start : start + MAX_DELETE_KEYS]
            with translate_errors("delete versions of an object"):
                answer = self._client.delete_objects(
                    Bucket=self.name, Delete={"Objects": wanted, "Quiet": False}
                )
            refused = answer.get("Errors", [])
            require([item.get("Key") for item in (*answer.get("Deleted", ()), *refused)], wanted[0]["Key"])
            if refused:
                raise refused_item(refused[0])

    def discard(self, *keys: str) -> errors.StorageError | None:
        """Deletes every version of these objects; where that is refused, hides them and gives the refusal."""
        try:
            self.delete_versions(*keys)
            return None
        except errors.StorageError as error:
            for key in keys:
                self.delete(key)
            return error

    def _versions(self, key: str) -> Iterator[str]:
        """Every version id of an object, those of its delete markers included."""
        after: dict[str, Any] = {}
        while True:
            with translate_errors("list the versions of an object"):
                found = self._client.list_object_versions(Bucket=self.name, Prefix=key, **after)
            for one in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
                if one["Key"] == key:
                    yield one["VersionId"]
            if not found.get("IsTruncated") or found.get("NextKeyMarker") != key:
                return
            after = {"KeyMarker": key, "VersionIdMarker": found["NextVersionIdMarker"]}

    def delete_many(self, keys: Sequence[str]) -> Sequence[Deleted]:
        """Deletes at most 1,000 objects in one call; each fares for itself, in the order of `keys`."""
        if not keys:
            return []
        with translate_errors("delete objects"):
            found = self._client.delete_objects(
                Bucket=self.name, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": False}
            )
        answered = [item.get("Key") for item in (*found.get("Deleted", ()), *found.get("Errors", ()))]
        require(answered, *keys)
        refused = {item.get("Key", ""): refused_item(item) for item in found.get("Errors", ())}
        markers = {
            item.get("Key", ""): item.get("DeleteMarkerVersionId", "")
            for item in found.get("Deleted", ())
            if item.get("DeleteMarker")
        }
        request_id = request_id_of(found)
        return [Deleted(key, markers.get(key, ""), refused.get(key), request_id) for key in keys]

    def undelete(self, key: str, marker: str) -> None:
        """Removes the delete marker of that version id, so that the object is seen again."""
        with translate_errors("bring an object back"):
            self._client.delete_object(Bucket=self.name, Key=key, VersionId=marker)

    # --- the bucket's own settings ---------------------------------------------------------------------

    def create(self) -> None:
        """Makes the bucket; one that is ours already is no fault."""
        try:
            with translate_errors("make the bucket"):
                self._client.create_bucket(Bucket=self.name)
        except errors.StorageRefused as error:
            if error.code not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise

    @property
    def settings(self) -> BucketSettings:
        """CORS, lifecycle and what else an operator sets on a bucket."""
        return BucketSettings(self._client, self.name)

    def allow_origins(self, origins: Iterable[str]) -> None:
        """Lets pages of these origins post and read (the bucket's CORS rules; replaces them)."""
        self.settings.write(CORS, {"CORSRules": [cors_rule(list(origins))]})

    def set_lifecycle(self, prefix: str, *, after_days: int) -> None:
        """Lets S3 delete what lies under `prefix` for `after_days` days (replaces the lifecycle rules)."""
        self.settings.write(LIFECYCLE, {"Rules": [lifecycle_rule(prefix, after_days)]})

    def is_versioned(self) -> bool:
        """Whether a deleted object is only hidden. Raises StorageRefused without s3:GetBucketVersioning."""
        return self.versioning() == "Enabled"

    def versioning(self) -> str:
        """`Enabled`, `Suspended` (older versions stay) or empty. Raises as `is_versioned` does."""
        with translate_errors("ask for the versioning of the bucket"):
            return self._client.get_bucket_versioning(Bucket=self.name).get("Status", "")
