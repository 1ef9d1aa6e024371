"""S3's error codes about what was sent: what happened, the likely causes, what to change.

https://docs.aws.amazon.com/AmazonS3/latest/developerguide/ErrorResponses.html
"""

from typing import Final

_BAD_POLICY: Final = (
    "S3 cannot read the policy of this form.",
    ("It is no JSON in base64.", "It lacks expiration or conditions.", "A condition has the wrong shape."),
    "Sign the form again.",
)

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

FORM_CODES: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "400": (
        "S3 does not accept the key.",
        ("The key, read as a path, leads out of the bucket.",),
        "Use a key without segments of one or two dots.",
    ),
    "AccessControlListNotSupported": (
        "The bucket takes no access control lists.",
        ("The form has a field acl.",),
        "Leave acl out.",
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
    "BadRequest": (
        "S3 does not accept a value of this request.",
        ("An object takes ten tags at most.",),
        "Send fewer tags.",
    ),
    "EntityTooLarge": (
        "The file is larger than the form or S3 allows.",
        (
            "The size range of the policy ends below the size of the file.",
            "One POST or PUT carries 5 GB at most.",
        ),
        "Choose a smaller file, sign a form with a larger maximum, or send a file over 5 GB in parts.",
    ),
    "EntityTooSmall": (
        "The file is smaller than the form allows.",
        ("The file is cut off or empty.", "The size range of the policy starts above the size of the file."),
        "Choose the whole file, or sign a form with a smaller minimum.",
    ),
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
    "InvalidArgument": (
        "S3 does not accept a field of this form.",
        ("A field is missing, empty or malformed.", "The file is not the last field."),
        "Send the fields as they were signed, and the file last.",
    ),
    "InvalidDigest": (
        "The checksum is none.",
        ("It is not base64, or not of this algorithm.", "Content-MD5 is hexadecimal instead of base64."),
        "Send the base64 of the bytes of the digest.",
    ),
    "InvalidEncryptionAlgorithmError": (
        "There is no such encryption.",
        ("The field x-amz-server-side-encryption is mistyped.",),
        "Use AES256, aws:kms or aws:kms:dsse, or leave it out: S3 encrypts by itself.",
    ),
    "InvalidPolicyDocument": _BAD_POLICY,
    "InvalidRedirectLocation": (
        "The redirect location is none.",
        ("It starts with neither /, http:// nor https://.",),
        "Correct x-amz-website-redirect-location, or leave it out.",
    ),
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
    "InvalidTag": (
        "A tag is none that S3 takes.",
        (
            "Two tags have the same name.",
            "A name begins with aws:, is empty, or is longer than 128 characters.",
            "It has other characters than letters, digits, spaces and +-=._:/@.",
        ),
        "Correct the tags; an object takes ten, each name once.",
    ),
    "InvalidURI": (
        "S3 cannot read the address.",
        ("A % is not followed by two hexadecimal digits.",),
        "Percent-encode the key once, as UTF-8.",
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
        ("Tags must be XML of the shape Tagging, TagSet, Tag, Key and Value.",),
        "Correct the field tagging.",
    ),
    "MaxPostPreDataLengthExceeded": (
        "The fields before the file weigh more than 20,480 bytes.",
        ("The part with the file is not named file, so S3 takes it for a field.", "The metadata is large."),
        "Send the file in a part named file, and less metadata.",
    ),
    "MetadataTooLarge": (
        "The metadata weighs more than 2 KB.",
        ("Names and values count together, in bytes of UTF-8.",),
        "Send less metadata.",
    ),
    "MethodNotAllowed": (
        "S3 does not allow this method here.",
        ("The form was posted to an object or a website, not to the bucket.",),
        "Post to the address that came with the form.",
    ),
    "MissingContentLength": (
        "The request does not say how long its body is.",
        ("The client streams a body of unknown length, so it sends no Content-Length.",),
        "Send Content-Length: give the client a file or bytes instead of a stream.",
    ),
    "MissingRequestBodyError": (
        "The request has no body.",
        ("The file was read before, so the client had nothing left to send.",),
        "Open the file again and send it.",
    ),
    "MissingSecurityHeader": (
        "The request lacks a header that S3 needs.",
        ("A signed header was not sent.",),
        "Send every header named in X-Amz-SignedHeaders.",
    ),
    "NotImplemented": (
        "S3 or this store does not do what the request asks for.",
        (
            "Cloudflare R2 and Backblaze B2 have no POST uploads.",
            "The body was sent in chunks of unknown length, without Content-Length.",
            "A store that is not AWS does not know a header of the SDK.",
        ),
        "Send through the app instead of straight to the bucket, and the body with its Content-Length.",
    ),
    "PostPolicyInvalidKeyName": _BAD_POLICY,
    "PreconditionFailed": (
        "The request did not meet a condition that came with it.",
        (
            "There is an object at this key already.",
            "The object changed meanwhile.",
            "The body of a POST is not multipart/form-data.",
        ),
        "Reload the page and try again; send a form as multipart/form-data.",
    ),
    "RequestHeaderSectionTooLarge": (
        "The headers of the request weigh more than 8 KB.",
        ("The metadata or a token is large.",),
        "Send less metadata.",
    ),
    "RequestIsNotMultiPartContent": (
        "The body of the request is not multipart/form-data.",
        ("The form lacks enctype, or the client sent it as URL-encoded text.",),
        "Send the form as multipart/form-data.",
    ),
    "UnexpectedContent": (
        "S3 expected no body here.",
        ("The request carries bytes that its method does not take.",),
        "Send it without a body.",
    ),
    "UserKeyMustBeSpecified": (
        "The form has no field key before its file.",
        ("The field was left out, or stands after the file.",),
        "Send the key, and the file last.",
    ),
    "XAmzContentSHA256Mismatch": (
        "The bytes that arrived are not those that were signed.",
        ("A proxy changed the body.",),
        "Send it again.",
    ),
}
