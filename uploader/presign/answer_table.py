"""S3's error codes: what happened, the likely causes, what to change. `answers` reads it."""

from typing import Final

_OTHER_REGION: Final = (
    "The bucket is in another region.",
    ("The region in the settings is wrong.", "The bucket was made only minutes ago."),
    "Set UPLOADER_REGION to the region of the bucket.",
)
_BAD_POLICY: Final = (
    "S3 cannot read the policy of this form.",
    ("It is no JSON in base64.", "It lacks expiration or conditions.", "A condition has the wrong shape."),
    "Sign the form anew.",
)
_BUSY: Final = ("Too many requests at once.", "S3 is scaling up for this prefix.")

TRANSIENT_CODES: Final = frozenset(
    {
        "ConditionalRequestConflict",
        "InternalError",
        "OperationAborted",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
    }
)
"""What is worth another try, whatever the status; both kinds of 409 are
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html)."""

BY_CODE: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "AccessDenied": (
        "S3 denies this to the credentials of the app.",
        (
            "The IAM policy lacks the action.",
            "A bucket policy denies it.",
            "The object is not there, and listing is not allowed.",
        ),
        "Allow the action in the IAM policy; the setup page shows which.",
    ),
    "AccessControlListNotSupported": (
        "The bucket takes no access control lists.",
        ("The form has a field acl.",),
        "Leave acl out.",
    ),
    "AuthorizationHeaderMalformed": _OTHER_REGION,
    "AuthorizationQueryParametersError": (
        "S3 cannot read who signed this.",
        ("A signing field is missing or was changed.",),
        "Send every field of the form as it was signed.",
    ),
    "BadDigest": (
        "The content that arrived is not the content that was promised.",
        (
            "The file changed after it was chosen.",
            "The bytes were damaged on the way.",
            "Another file was sent with the form.",
        ),
        "Choose the file again.",
    ),
    "BucketAlreadyExists": (
        "Somebody else has a bucket of this name.",
        ("Bucket names are shared by all of AWS.",),
        "Choose another name.",
    ),
    "ConditionalRequestConflict": (
        "Another write of the same object was under way.",
        (),
        "Try again in a moment.",
    ),
    "EntityTooLarge": (
        "The file is larger than the form allows.",
        ("The size range of the policy ends below the size of the file.",),
        "Choose a smaller file, or sign a form with a larger maximum.",
    ),
    "EntityTooSmall": (
        "The file is smaller than the form allows.",
        ("The file is cut off or empty.", "The size range of the policy starts above the size of the file."),
        "Choose the whole file, or sign a form with a smaller minimum.",
    ),
    "ExpiredToken": (
        "The session of the app's credentials has ended.",
        ("Signed in with SSO or a role some hours ago.",),
        "Sign in again, for example with aws sso login.",
    ),
    "IllegalLocationConstraintException": _OTHER_REGION,
    "IncompleteBody": (
        "Fewer bytes arrived than were announced.",
        ("The connection broke.",),
        "Send the file again.",
    ),
    "IncorrectNumberOfFilesInPostRequest": (
        "A POST carries exactly one file.",
        ("The form has no file, or two.",),
        "Send one file in a field named file.",
    ),
    "InternalError": ("S3 had a fault of its own.", ("It passes by itself.",), "Try again in a moment."),
    "InvalidAccessKeyId": (
        "S3 does not know the access key.",
        (
            "The key was deleted or mistyped.",
            "A temporary key lacks its session token.",
            "The key is of another store.",
        ),
        "Check AWS_ACCESS_KEY_ID, or sign in again.",
    ),
    "InvalidArgument": (
        "S3 does not accept a field of this form.",
        ("A field is missing, empty or malformed.", "The file is not the last field."),
        "Send the fields as they were signed, and the file last.",
    ),
    "InvalidBucketName": (
        "This cannot be the name of a bucket.",
        ("Names have 3 to 63 lower-case letters, digits, dots and hyphens.",),
        "Check UPLOADER_BUCKET.",
    ),
    "InvalidObjectState": (
        "The object is in an archive and cannot be read now.",
        ("A lifecycle rule moved it to Glacier.",),
        "Restore it, or keep images out of the archive classes.",
    ),
    "InvalidDigest": (
        "The checksum of the form is none.",
        ("It is not base64, or not of this algorithm.",),
        "Send the base64 of the 32 bytes of the SHA-256.",
    ),
    "InvalidPolicyDocument": _BAD_POLICY,
    "PostPolicyInvalidKeyName": _BAD_POLICY,
    "InvalidRequest": (
        "S3 does not accept this request.",
        (
            "It was signed with the old Version 2.",
            "A checksum field is malformed.",
            "The key is not allowed.",
        ),
        "Sign with Version 4 (AWS4-HMAC-SHA256) and send the fields as they were signed.",
    ),
    "InvalidStorageClass": (
        "There is no such storage class.",
        (),
        "Leave x-amz-storage-class out, or use STANDARD.",
    ),
    "InvalidToken": (
        "The session token does not belong to the access key.",
        ("Old environment variables lie beside new ones.",),
        "Sign in again and unset AWS_SESSION_TOKEN.",
    ),
    "KeyTooLongError": (
        "The key is longer than 1,024 bytes.",
        ("The name of the file is long.",),
        "Use a shorter name.",
    ),
    "MalformedPOSTRequest": (
        "The request is not well-formed multipart/form-data.",
        ("The Content-Type header was set by hand, without its boundary.", "The policy is not base64."),
        "Let the browser or the library write the Content-Type header.",
    ),
    "MalformedXML": (
        "The XML in the request is not well-formed.",
        ("Tags must be XML.",),
        "Correct the field tagging.",
    ),
    "MaxPostPreDataLengthExceeded": (
        "The fields before the file weigh more than 20,480 bytes.",
        ("The metadata is large.", "The part with the file is not named file, so S3 takes it for a field."),
        "Send less metadata, and the file in a field named file.",
    ),
    "MetadataTooLarge": ("The metadata weighs more than 2 KB.", (), "Send less metadata."),
    "MethodNotAllowed": (
        "S3 does not allow this method here.",
        ("The form was posted to an object or a website, not to the bucket.",),
        "Post to the address that came with the form.",
    ),
    "NoSuchBucket": (
        "There is no such bucket.",
        ("Its name is mistyped.", "It was deleted.", "It lies in another store."),
        "Check UPLOADER_BUCKET and UPLOADER_ENDPOINT_URL.",
    ),
    "NoSuchKey": ("There is no such object.", ("It was deleted, or never stored.",), "Reload the page."),
    "NotImplemented": (
        "This store has no POST uploads.",
        ("Cloudflare R2 and Backblaze B2 do not have them.",),
        "Send through the app instead of straight to the bucket.",
    ),
    "OperationAborted": ("Another change of the bucket is under way.", (), "Try again in a moment."),
    "PermanentRedirect": _OTHER_REGION,
    "PreconditionFailed": (
        "The request did not meet a condition that came with it.",
        (
            "There is an object at this key already.",
            "The object changed meanwhile.",
            "The body of a POST is not multipart/form-data.",
        ),
        "Reload the page and try again.",
    ),
    "RequestTimeTooSkewed": (
        "The clock of this machine differs from S3's by more than 15 minutes.",
        ("The machine slept, or does not set its clock.",),
        "Set the clock, for example with timedatectl set-ntp true.",
    ),
    "RequestTimeout": (
        "The bytes came too slowly, so S3 hung up.",
        ("A weak network.",),
        "Send the file again.",
    ),
    "ServiceUnavailable": ("S3 cannot answer just now.", _BUSY, "Try again in a moment."),
    "SignatureDoesNotMatch": (
        "The signature does not fit the policy.",
        ("The policy was changed after signing.", "The secret key is wrong.", "A proxy changed the request."),
        "Send the form as it was signed, and check AWS_SECRET_ACCESS_KEY.",
    ),
    "SlowDown": ("S3 asks for fewer requests.", _BUSY, "Try again in a moment."),
    "TemporaryRedirect": _OTHER_REGION,
    "TooManyBuckets": ("This account has as many buckets as it may have.", (), "Use a bucket that exists."),
    "XAmzContentSHA256Mismatch": (
        "The bytes that arrived are not those that were signed.",
        ("A proxy changed the body.",),
        "Send it again.",
    ),
}
