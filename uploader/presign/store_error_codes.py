"""S3's error codes about the bucket, the credentials and the store: what happened, causes, what to change."""

from typing import Final

_OTHER_REGION: Final = (
    "The bucket is in another region.",
    ("The region in the settings is wrong.", "The bucket was made only minutes ago."),
    "Set UPLOADER_REGION to the region of the bucket.",
)
_BUSY: Final = ("Too many requests at once.", "S3 is scaling up for this prefix.")


KMS_FAULT: Final = (
    "The KMS key that encrypts the bucket cannot be used.",
    ("The key is disabled, pending deletion or deleted.", "It is of another region or account."),
    "Enable the key, or encrypt the bucket by another.",
)
"""Every code that begins with `KMS.`, such as KMS.DisabledException."""

STORE_CODES: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "AccessDenied": (
        "S3 denies this to the credentials of the app.",
        (
            "The IAM policy lacks the action.",
            "A bucket policy denies it.",
            "It asks for an ACL (public-read), without s3:PutObjectAcl or against Block Public Access.",
            "It brings a key of its own for the encryption (SSE-C), which buckets refuse since April 2026.",
            "The object is not there, and listing is not allowed.",
        ),
        "Leave acl out, and allow the action in the IAM policy; the setup page shows which.",
    ),
    "AccessForbidden": (
        "The bucket's CORS rules do not allow this page to do this.",
        ("No rule names the page's origin, the method and the headers together.",),
        "Paste the CORS rule that the setup page shows.",
    ),
    "AccountProblem": ("There is a problem with the AWS account.", (), "Ask AWS Support."),
    "AllAccessDisabled": ("All access to this bucket is disabled.", ("AWS closed it.",), "Ask AWS Support."),
    "AuthorizationHeaderMalformed": _OTHER_REGION,
    "AuthorizationQueryParametersError": (
        "S3 cannot read who signed this link.",
        (
            "A part of the signature is missing or was changed.",
            "The link was cut off, or its & signs were read by a shell.",
        ),
        "Send the whole address as it was signed.",
    ),
    "BucketAlreadyExists": (
        "Somebody else has a bucket of this name.",
        ("Bucket names are shared by all of AWS, but for those in an account's own regional namespace.",),
        "Choose another name, or create the bucket in the account's regional namespace.",
    ),
    "BucketAlreadyOwnedByYou": (
        "You have a bucket of this name already.",
        (),
        "Use it, or choose another name.",
    ),
    "BucketNotEmpty": (
        "The bucket still holds objects.",
        ("Older versions count too.",),
        "Delete them first.",
    ),
    "ConditionalRequestConflict": (
        "Another write of the same object was under way.",
        ("Two requests wrote or deleted it at the same moment.",),
        "Try again in a moment.",
    ),
    "ExpiredToken": (
        "The session of the app's credentials has ended.",
        ("Signed in with SSO or a role some hours ago.",),
        "Sign in again, for example with aws sso login.",
    ),
    "IllegalLocationConstraintException": _OTHER_REGION,
    "InternalError": ("S3 had a fault of its own.", ("It passes by itself.",), "Try again in a moment."),
    "InvalidAccessKeyId": (
        "S3 does not know the access key.",
        (
            "The key was deleted or mistyped.",
            "A temporary key (ASIA…) lacks its session token.",
            "The key is of another store, or of another partition of AWS (China, GovCloud).",
        ),
        "Check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN, or sign in again.",
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
    "InvalidRange": (
        "The object has no such bytes.",
        ("It is shorter than the range that was asked for.",),
        "Ask for a range within its size.",
    ),
    "InvalidToken": (
        "The session token does not belong to the access key.",
        (
            "Old environment variables lie beside new ones.",
            "The token was encoded twice, or cut off: its + and / need %2B and %2F in an address.",
        ),
        "Sign in again and unset AWS_SESSION_TOKEN, and encode the token once.",
    ),
    "NoSuchBucket": (
        "There is no such bucket.",
        ("Its name is mistyped.", "It was deleted.", "It lies in another store."),
        "Check UPLOADER_BUCKET and UPLOADER_ENDPOINT_URL.",
    ),
    "NoSuchKey": ("There is no such object.", ("It was deleted, or never stored.",), "Reload the page."),
    "NoSuchUpload": (
        "There is no such multipart upload.",
        ("It was completed or aborted.",),
        "Start it again.",
    ),
    "NoSuchVersion": ("There is no such version of the object.", ("It was deleted.",), "Reload the page."),
    "OperationAborted": ("Another change of the bucket is under way.", (), "Try again in a moment."),
    "PermanentRedirect": _OTHER_REGION,
    "RequestTimeTooSkewed": (
        "The clock of this machine differs from S3's by more than 15 minutes.",
        ("The machine slept, or does not set its clock.",),
        "Set the clock, for example with timedatectl set-ntp true.",
    ),
    "RequestTimeout": (
        "The bytes stopped coming, so S3 hung up.",
        (
            "Content-Length announced more bytes than the client sent.",
            "The client had read the file to its end before it sent it.",
            "A weak network.",
        ),
        "Send the file again, from its start, with its true length.",
    ),
    "ServiceUnavailable": ("S3 cannot answer just now.", _BUSY, "Try again in a moment."),
    "SignatureDoesNotMatch": (
        "The signature does not fit the request that arrived.",
        (
            "A header was sent other than signed, mostly Content-Type, which a link fixes.",
            "The policy of the form, or the address of the link, was changed after signing.",
            "The secret key is wrong.",
            "A proxy changed the request.",
        ),
        "Send it exactly as it was signed, Content-Type included, and check AWS_SECRET_ACCESS_KEY.",
    ),
    "SlowDown": ("S3 asks for fewer requests.", _BUSY, "Try again in a moment."),
    "TemporaryRedirect": _OTHER_REGION,
    "TokenRefreshRequired": (
        "The session of the app's credentials must be renewed.",
        ("Signed in some hours ago.",),
        "Sign in again.",
    ),
    "TooManyBuckets": ("This account has as many buckets as it may have.", (), "Use a bucket that exists."),
}
