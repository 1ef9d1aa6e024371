"""What one POST may do. Pure: the clock, randomness and secrets come in as arguments.

keys      newest-first object keys, and what a key tells
policy    PostRules: the form's fields and the policy's conditions, from one object
tickets   signed passes and tickets
simulator   what S3 will answer to a form, and which rule says so (verdict)
          its checks: form, entrance, terms, field_values, object_tags, checksums
document  a policy as S3 reads it; sigv4: its signature
design    a form that somebody designs: faults, verdict; design_query: its address
explain   each condition and the attack it stops; store_notes: what another store than AWS makes of a form;
          anatomy: a signed form taken apart
attacks   what somebody with a form may try; copies: the form as curl, Python, JavaScript, HTML
teaching  what only the lab needs: presigned URLs taken apart and judged
answers   S3's errors in sentences, by message (message_explanations, request_messages), else by code
          (answer_table, store_codes); masking: text as a stage may see it
"""

from uploader.presign.object_keys import KeyParts, clock_at, new_key, parse_key, thumbnail_key, uploaded_at
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
    "judge",
    "new_key",
    "parse_key",
    "thumbnail_key",
    "uploaded_at",
]
