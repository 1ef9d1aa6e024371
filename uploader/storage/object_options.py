"""Server-side encryption and tags: what every object is stored with besides its content and metadata.

A bucket policy may demand both, of forms, PUTs and copies alike.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode
from xml.sax.saxutils import escape

_KMS: Final = "aws:kms"


@dataclass(frozen=True, slots=True)
class ObjectOptions:
    """`encryption` is `AES256`, `aws:kms`, or `aws:kms:` and a key; empty for the bucket's own default.

    Without `tags_in_forms` a form has no tags, for a store that knows no such condition.
    """

    encryption: str = ""
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tags_in_forms: bool = True

    @property
    def kms_key(self) -> str:
        """The ID, alias or ARN of the KMS key; empty for the account's own key, or for none."""
        return self.encryption.removeprefix(_KMS).removeprefix(":") if self.uses_kms else ""

    @property
    def uses_kms(self) -> bool:
        """Whether objects are encrypted by a key of AWS KMS, which asks for permissions of its own."""
        return self.encryption.startswith(_KMS)

    def form_fields(self) -> dict[str, str]:
        """Fields of a presigned POST; each needs a condition in its policy."""
        fields = {}
        if self.encryption:
            fields["x-amz-server-side-encryption"] = self._algorithm
        if self.kms_key:
            fields["x-amz-server-side-encryption-aws-kms-key-id"] = self.kms_key
        if self.tags and self.tags_in_forms:
            fields["tagging"] = self._tagging_document()
        return fields

    def put_arguments(self) -> dict[str, Any]:
        """Arguments of boto3's `put_object`."""
        arguments = {}
        if self.encryption:
            arguments["ServerSideEncryption"] = self._algorithm
        if self.kms_key:
            arguments["SSEKMSKeyId"] = self.kms_key
        if self.tags:
            arguments["Tagging"] = urlencode(self.tags)
        return arguments

    def copy_arguments(self) -> dict[str, Any]:
        """Arguments of boto3's `copy_object`; a copy would keep the tags of its source."""
        return {**self.put_arguments(), **({"TaggingDirective": "REPLACE"} if self.tags else {})}

    @property
    def _algorithm(self) -> str:
        return _KMS if self.uses_kms else self.encryption

    def _tagging_document(self) -> str:
        tags = (
            f"<Tag><Key>{escape(name)}</Key><Value>{escape(value)}</Value></Tag>"
            for name, value in self.tags.items()
        )
        return f"<Tagging><TagSet>{''.join(tags)}</TagSet></Tagging>"


NO_OPTIONS: Final = ObjectOptions()
"""The bucket's own default encryption, and no tags."""
