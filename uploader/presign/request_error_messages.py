"""S3's own messages about a request: its fields and headers, who signed it, what it may do, its body."""

from typing import Final

from uploader.presign.error_messages import MessageExplanation

REQUEST_MESSAGES: Final = (
    MessageExplanation(
        r"must contain a field named '(?P<name>[^']+)'",
        "The form has no field {name} before its file.",
        ("The field was left out.", "The file is not the last field, and S3 reads nothing after it."),
        "Send every field, and the file last.",
    ),
    MessageExplanation(
        r"exactly one file upload per request",
        "The form does not carry exactly one file in a part named file.",
        (
            "The part with the file has another name than file.",
            "It was sent as text, without the name of a file.",
            "The file is missing, or there are several.",
        ),
        "Send one file, last, in a part named file.",
    ),
    MessageExplanation(
        r"X-Amz-Date must be",
        "The date of the signature is not written as S3 reads it.",
        ("x-amz-date has hyphens, colons or a fraction.",),
        "Write it like 20311231T235959Z, and sign again.",
    ),
    MessageExplanation(
        r"non-empty Access Key",
        "It was signed without an access key.",
        ("The signer found no credentials, and put an empty text in their place.",),
        "Give the signer credentials, for example by AWS_ACCESS_KEY_ID or AWS_PROFILE.",
    ),
    MessageExplanation(
        r"the region '(?P<signed>[^']+)' is wrong; expecting '(?P<right>[^']+)'",
        "The request was signed for {signed}, and the bucket is in {right}.",
        ("UPLOADER_REGION or AWS_REGION names another region.",),
        "Set UPLOADER_REGION to {right}.",
    ),
    MessageExplanation(
        r"[Cc]redential is mal-formed",
        "The credential of the signature has another shape than S3 reads.",
        ("A part of it is missing, or its slashes were encoded twice.",),
        "Send it as it was signed: key/yyyymmdd/region/s3/aws4_request.",
    ),
    MessageExplanation(
        r"not authorized to perform: (?P<action>kms:\w+)",
        "The bucket encrypts by a KMS key, and the credentials of the app may not use it ({action}).",
        ("The key policy or the IAM policy lacks the action.", "The key is of another account."),
        "Allow kms:GenerateDataKey and kms:Decrypt on the key.",
    ),
    MessageExplanation(
        r"not authorized to perform: (?P<action>[\w:]+).*with an explicit deny in an? (?P<what>[\w -]+)",
        "A {what} denies {action} to the credentials of the app.",
        ("An explicit deny outweighs every permission.",),
        "Change that policy, or its condition; adding a permission elsewhere does not help.",
    ),
    MessageExplanation(
        r"not authorized to perform: (?P<action>[\w:]+).*because no (?P<what>[\w -]+?) allows",
        "No {what} allows {action} to the credentials of the app.",
        ("The policy lacks the action, or names other objects or another bucket.",),
        "Allow {action} there, on the objects of this bucket.",
    ),
    MessageExplanation(
        r"not authorized to perform: (?P<action>[\w:]+)",
        "The credentials of the app may not do this ({action}).",
        ("The IAM policy lacks the action.", "A bucket policy or an organization denies it."),
        "Allow {action} on the objects of this bucket.",
    ),
    MessageExplanation(
        r"headers present in the request which were not signed",
        "The request has a header x-amz-… that was not signed.",
        (
            "The sender adds a header, such as x-amz-acl or x-amz-meta-…, that the signer did not know of.",
            "The SDK moved the header into the address, so that the sender need not send it.",
        ),
        "Send only the headers named in X-Amz-SignedHeaders, or sign with that header too.",
    ),
    MessageExplanation(
        r"Request has expired",
        "The link has expired.",
        ("It is older than its life.", "The session that signed it ended before the link's own end."),
        "Reload the page to get a new one.",
    ),
    MessageExplanation(
        r"Request is not valid yet",
        "The link was signed for a time that has not come.",
        ("The clock of the server that signed it is ahead.",),
        "Set that clock, and sign again.",
    ),
    MessageExplanation(
        r"authorization mechanism you have provided is not supported",
        "The request was signed with the old Version 2, which this bucket refuses.",
        ("Buckets younger than June 2020, and all newer regions, take Version 4 only.",),
        "Sign with Version 4 (AWS4-HMAC-SHA256), in boto3 by signature_version s3v4.",
    ),
    MessageExplanation(
        r"Only one auth mechanism allowed",
        "The request is signed twice: in its address, and by a header.",
        ("The HTTP client adds an Authorization header to every request, or keeps it after a redirect.",),
        "Send the link without an Authorization header.",
    ),
    MessageExplanation(
        r"KMS managed keys require AWS Signature Version 4",
        "The object is encrypted by a KMS key, and the link was signed with the old Version 2.",
        ("The signer's default is Version 2 in this region.",),
        "Sign with Version 4, in boto3 by signature_version s3v4.",
    ),
    MessageExplanation(
        r"header you provided implies functionality that is not implemented",
        "The request has a header that S3 does not take.",
        (
            "The body was sent with Transfer-Encoding: chunked, without Content-Length.",
            "A store that is not AWS does not know a header of the SDK, such as one for a checksum.",
        ),
        "Send the body with its Content-Length: a file or bytes, not a stream of unknown length.",
    ),
    MessageExplanation(
        r"X-Amz-Expires must be less than a week",
        "The link asks for a life of more than 7 days.",
        ("X-Amz-Expires is over 604,800 seconds, or is in milliseconds.",),
        "Ask for 604,800 seconds at most.",
    ),
    MessageExplanation(
        r"Query-string authentication version 4 requires",
        "The link lacks a part of its signature.",
        ("It was cut off, or its & signs were read by a shell or written as &amp;.",),
        "Send the whole address, in quotes.",
    ),
    MessageExplanation(
        r"The (?P<name>CRC\w+) you specified did not match",
        "The body is not the one whose {name} was promised.",
        (
            "The SDK that signed the link added the {name} of an empty body by default, as since 2025.",
            "The file changed after its checksum was computed.",
        ),
        "Sign with request_checksum_calculation when_required, or compute the checksum of the file itself.",
    ),
    MessageExplanation(
        r"Value for (?P<name>x-amz-checksum-\w+) header is invalid",
        "The checksum in {name} is none of its algorithm.",
        ("It is hexadecimal, or of another algorithm.", "It is the base64 of the hexadecimal text."),
        "Send the base64 of the bytes of the digest.",
    ),
    MessageExplanation(
        r"Expecting a single x-amz-checksum- header",
        "The request promises more than one checksum.",
        ("The SDK added one by default to the one that was given.",),
        "Send one checksum.",
    ),
    MessageExplanation(
        r"[Cc]hecksum algorithm provided is unsupported|algorithm type you specified in x-amz-checksum-",
        "S3 does not know this checksum algorithm.",
        ("It is mistyped.",),
        "Use SHA256, or another that S3 lists in its message.",
    ),
    MessageExplanation(
        r"no corresponding x-amz-checksum-",
        "The request names a checksum algorithm and has no checksum of it.",
        ("x-amz-checksum-algorithm was sent alone.",),
        "Send the checksum in the field of its algorithm, or leave the algorithm out.",
    ),
    MessageExplanation(
        r"multiple Tags with the same key",
        "Two tags have the same name.",
        ("The signer added a tag of its own beside that of the form.",),
        "Name each tag once.",
    ),
    MessageExplanation(
        r"POST operation is not (?:supported|implemented)|(?i:post\w* is not implemented)",
        "This store has no POST uploads.",
        ("Cloudflare R2 and Backblaze B2 do not have them.",),
        "Send through the app instead of straight to the bucket.",
    ),
)
"""What S3 says of a request that is no matter of a policy."""
