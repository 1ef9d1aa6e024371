"""A design as a form signed with the example key of AWS's documentation: to be judged, never to be sent.

So the lab can say what S3 would answer without signing anything that a bucket takes.
https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-post-example.html
"""

import base64
import json
from datetime import datetime, timedelta
from typing import Final

from uploader.presign.sigv4 import ALGORITHM, read_scope, sign
from uploader.presign.teaching.attacks import SignedForm
from uploader.presign.teaching.form_design import FormDesign

EXAMPLE_ACCESS_KEY: Final = "AKIAIOSFODNN7EXAMPLE"
EXAMPLE_SECRET: Final = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # noqa: S105 - printed in AWS's documentation


def example_form(design: FormDesign, bucket: str, *, now: datetime, region: str = "us-east-1") -> SignedForm:
    """The form of a design, signed at `now` (UTC) with the example key. Raises ValueError as `rules` does."""
    rules = design.rules()
    signing = {
        "x-amz-algorithm": ALGORITHM,
        "x-amz-credential": f"{EXAMPLE_ACCESS_KEY}/{now:%Y%m%d}/{region}/s3/aws4_request",
        "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
    }
    end = now + timedelta(seconds=design.expires_s)
    exact = [{"bucket": bucket}, *({name: value} for name, value in signing.items())]
    document = {"expiration": f"{end:%Y-%m-%dT%H:%M:%SZ}", "conditions": [*rules.conditions(), *exact]}
    policy = base64.b64encode(json.dumps(document).encode()).decode()
    signature = sign(policy, EXAMPLE_SECRET, read_scope(signing["x-amz-credential"]))
    return SignedForm({**rules.fields(), **signing, "policy": policy, "x-amz-signature": signature}, bucket)
