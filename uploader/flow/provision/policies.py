"""IAM policy and bucket policy of the app: the least that it needs, and what nobody may do.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from typing import Any, Final

from uploader.flow.app import Application
from uploader.storage.object_options import ObjectOptions

_VERSION: Final = "2012-10-17"
_PARTITIONS: Final = {"cn": "aws-cn", "us-gov": "aws-us-gov"}

_SETTINGS: Final = (
    "BucketCORS",
    "LifecycleConfiguration",
    "BucketPublicAccessBlock",
    "BucketOwnershipControls",
    "EncryptionConfiguration",
)


def bucket_arn(app: Application) -> str:
    """The bucket's Amazon Resource Name, in the partition of its region."""
    region = app.bucket.region
    partition = next((name for start, name in _PARTITIONS.items() if region.startswith(f"{start}-")), "aws")
    return f"arn:{partition}:s3:::{app.bucket.name}"


def iam_policy(app: Application) -> Any:
    """The least that the app's credentials need; versions matter only where the bucket keeps them."""
    bucket = bucket_arn(app)
    objects = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]
    asking = ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketVersioning"]
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": objects, "Resource": f"{bucket}/{app.layout.prefix}*"},
        {"Effect": "Allow", "Action": [*asking, "s3:GetLifecycleConfiguration"], "Resource": bucket},
    ]
    if app.settings.tags:
        objects.append("s3:PutObjectTagging")
    if key := ObjectOptions(app.settings.sse or "").kms_key:
        # a key is named in policies by its ARN, whatever a request calls it
        arn = key if key.startswith("arn:") else "*"
        using = ["kms:GenerateDataKey", "kms:Decrypt"]
        statements.append({"Effect": "Allow", "Action": using, "Resource": arn})
    return {"Version": _VERSION, "Statement": statements}


def setup_policy(app: Application) -> Any:
    """What whoever runs `uploader setup --apply` needs besides."""
    actions = [f"s3:{verb}{name}" for name in _SETTINGS for verb in ("Get", "Put")]
    return {
        "Version": _VERSION,
        "Statement": [{"Effect": "Allow", "Action": actions, "Resource": bucket_arn(app)}],
    }


def bucket_policy(app: Application) -> Any:
    """What the bucket refuses whoever asks: plain HTTP, Signature Version 2, signatures that are too old.

    https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
    """
    bucket, settings = bucket_arn(app), app.settings
    longest_s = max(settings.form_expires_s, settings.link_expires_s, settings.share_max_s)
    denied = (
        ("DenyPlainHttp", {"Bool": {"aws:SecureTransport": "false"}}),
        ("DenySignatureVersion2", {"StringEquals": {"s3:signatureversion": "AWS"}}),
        ("DenyOldSignatures", {"NumericGreaterThan": {"s3:signatureAge": str(longest_s * 1_000)}}),
    )
    statements = [
        {
            "Sid": name,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": condition,
        }
        for name, condition in denied
    ]
    return {"Version": _VERSION, "Statement": statements}
