"""Presigned POST: what one form may do. Pure: the clock, randomness and secrets come in as arguments.

object_keys      object keys that sort newest first    key_names        file names inside keys
tokens           signed passes and tickets
policy           PostRules: the form's fields and the policy's conditions, from one object
policy_document  the policy document, decoded          sigv4            its signature: Signature Version 4
post_request     the multipart form as S3 reads it     verdict          the answer, and the rule behind it
simulator        what S3 will answer to a form, by the checks below
request_checks   the request and its signature         policy_checks    expiry, conditions, fields, size
field_values     key, metadata, ACL, encryption        object_tags      the field `tagging`
checksums        SHA-256, CRC and MD5 of the file
error_explanations      S3's errors explained, by message or else by code
error_messages          messages about the policy      request_error_messages  messages about the request
error_table             codes about what was sent      store_error_codes       codes about the bucket
teaching         what only the presign lab needs
"""

from uploader.presign.object_keys import (
    KeyParts,
    clock_at,
    image_id,
    image_part,
    new_key,
    parse_key,
    stem_of,
    uploaded_at,
    with_extension,
)
from uploader.presign.policy import PostRules
from uploader.presign.simulator import judge
from uploader.presign.tokens import Signer, Ticket
from uploader.presign.verdict import Rule, Verdict

__all__ = [
    "KeyParts",
    "PostRules",
    "Rule",
    "Signer",
    "Ticket",
    "Verdict",
    "clock_at",
    "image_id",
    "image_part",
    "judge",
    "new_key",
    "parse_key",
    "stem_of",
    "uploaded_at",
    "with_extension",
]
