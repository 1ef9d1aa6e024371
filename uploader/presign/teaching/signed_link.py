"""A presigned URL made by hand, for any moment and key: to be judged, or to be as old as an attack needs it.

https://docs.aws.amazon.com/AmazonS3/latest/developerguide/sigv4-query-string-auth.html
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from uploader.presign.sigv4 import ALGORITHM
from uploader.presign.teaching.example_form import EXAMPLE_ACCESS_KEY, EXAMPLE_SECRET
from uploader.presign.teaching.presigned_url import SIGV4_PARAMETERS, read_presigned_url
from uploader.presign.teaching.sigv4_query import SIGNATURE, sign_query


def signed_link(
    method: str,
    address: str,
    *,
    signed_at: datetime,
    expires_s: int,
    headers: Mapping[str, str] | None = None,
    access_key: str = EXAMPLE_ACCESS_KEY,
    secret_key: str = EXAMPLE_SECRET,
    region: str = "us-east-1",
) -> str:
    """An address with its signature, by default with the example key of AWS's documentation.

    `headers` (lower-case names) are signed beside the host. An older signature in the address is replaced.
    """
    parts, names = urlsplit(address), sorted(("host", *(headers or {})))
    kept = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in SIGV4_PARAMETERS
    ]
    query = [
        *kept,
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", f"{access_key}/{signed_at:%Y%m%d}/{region}/s3/aws4_request"),
        ("X-Amz-Date", f"{signed_at:%Y%m%dT%H%M%SZ}"),
        ("X-Amz-Expires", str(expires_s)),
        ("X-Amz-SignedHeaders", ";".join(names)),
    ]
    unsigned = urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))
    url = read_presigned_url(unsigned)
    if url.scope is None:
        raise ValueError("The access key or the region is none.")
    signature = sign_query(url.string_to_sign(method, headers), secret_key, url.scope)
    return f"{unsigned}&{SIGNATURE}={signature}"
