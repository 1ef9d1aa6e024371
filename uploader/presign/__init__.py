"""What one POST may do. Pure: the clock, randomness and secrets come in as arguments.

keys      newest-first object keys, and what a key tells
policy    PostRules: the form's fields and the policy's conditions, from one object
tickets   signed passes and tickets
"""

from uploader.presign.keys import KeyParts, clock_at, new_key, parse_key, thumbnail_key, uploaded_at
from uploader.presign.policy import PostRules
from uploader.presign.tickets import Signer, Ticket

__all__ = [
    "KeyParts",
    "PostRules",
    "Signer",
    "Ticket",
    "clock_at",
    "new_key",
    "parse_key",
    "thumbnail_key",
    "uploaded_at",
]
