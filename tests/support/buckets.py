"""What a bucket holds, past every cache and service."""

from uploader.storage.bucket import Bucket


def keys_in(bucket: Bucket, prefix: str = "") -> list[str]:
    """Every key, in listing order."""
    return [stored.key for stored in bucket.list(prefix).objects]


def keep_versions(bucket: Bucket) -> None:
    """From now on what is deleted is only hidden."""
    bucket._client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})


def versions_in(bucket: Bucket, prefix: str = "") -> list[tuple[str, str]]:
    """Key and version id of everything that the bucket holds, whatever hides objects included."""
    pages = bucket._client.get_paginator("list_object_versions").paginate(Bucket=bucket.name, Prefix=prefix)
    return [
        (one["Key"], one["VersionId"])
        for page in pages
        for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
    ]
