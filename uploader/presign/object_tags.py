"""The check of the field `tagging`: tags as XML.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
"""

import re
import xml.etree.ElementTree as ElementTree
from typing import Final

from uploader.presign.post_request import Post
from uploader.presign.verdict import Rule, Verdict, refuse

MAX_TAGS: Final = 10
"""Of one object."""
_TEXT: Final = re.compile(r"[\w \u00a0+\-=.:/@]*")
_ALLOWED: Final = "letters, digits, spaces and + - = . _ : / @"


def object_tags(post: Post) -> Verdict | None:
    """The tags are XML of S3's shape, at most ten, each with a name and value that S3 takes."""
    if not post.has("tagging"):
        return None
    tags = _read_tags(post.values["tagging"])
    if tags is None:
        rule = Rule("form-value", "The tags are not XML of the shape Tagging, TagSet, Tag.", "tagging")
        message = "The XML you provided was not well-formed or did not validate against our published schema"
        return refuse(400, "MalformedXML", message, rule)
    if len(tags) > MAX_TAGS:
        rule = Rule("form-value", f"An object takes {MAX_TAGS} tags; the form has {len(tags)}.", "tagging")
        return refuse(400, "BadRequest", f"Object tags cannot be greater than {MAX_TAGS}", rule)
    names = [name for name, _ in tags]
    for index, (name, value) in enumerate(tags):
        if fault := _tag_fault(name, value, is_twice=name in names[:index]):
            message, sentence = fault
            return refuse(400, "InvalidTag", message, Rule("form-value", sentence, "tagging"), TagKey=name)
    return None


def _tag_fault(name: str, value: str, *, is_twice: bool) -> tuple[str, str] | None:
    """S3's message and a sentence."""
    if name.lower().startswith("aws:"):
        return "System tags cannot be added/updated by requester", "Tags that begin with aws: are AWS's own."
    if not name or _utf16_length(name) > 128 or not _TEXT.fullmatch(name):
        return "The TagKey you have provided is invalid", f"A tag's name has 1 to 128 {_ALLOWED}."
    if _utf16_length(value) > 256 or not _TEXT.fullmatch(value):
        return "The TagValue you have provided is invalid", f"A tag's value has at most 256 {_ALLOWED}."
    if is_twice:
        return "Cannot provide multiple Tags with the same key", f'The tag "{name}" is there twice.'
    return None


def _utf16_length(text: str) -> int:
    """S3 counts as Java does, where a character outside the basic plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _read_tags(text: str) -> list[tuple[str, str]] | None:
    """Name and value of each tag; None where the XML is not S3's. Entities are never expanded."""
    try:
        root = None if "<!" in text else ElementTree.fromstring(text)  # noqa: S314
    except (ElementTree.ParseError, ValueError):
        return None
    if root is None or _local(root) != "Tagging" or [_local(each) for each in root] != ["TagSet"]:
        return None
    tags = []
    for tag in root[0]:
        parts = {_local(part): part.text or "" for part in tag}
        if _local(tag) != "Tag" or sorted(parts) != ["Key", "Value"] or len(tag) != 2:
            return None
        tags.append((parts["Key"], parts["Value"]))
    return tags


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
