"""AWS's documented presigned URL, and clients that sign others with the same keys."""

from typing import Any

import boto3
from botocore.config import Config

ACCESS, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
# https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-query-string-auth.html
DOCUMENTED = (
    "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    f"&X-Amz-Credential={ACCESS}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
)


def client(version: str, style: str, token: str | None = None) -> Any:
    return boto3.client(
        "s3",
        region_name="eu-west-1",
        aws_access_key_id=ACCESS,
        aws_secret_access_key=SECRET,
        aws_session_token=token,
        config=Config(signature_version=version, s3={"addressing_style": style}),
    )
