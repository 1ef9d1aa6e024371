"""A small valid image, made at run time."""

import io

from PIL import Image


def picture(
    width: int = 320, height: int = 240, *, format: str = "JPEG", color: str = "teal", **save: object
) -> bytes:
    """A small valid image file; another colour is another content."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, format, **save)
    return out.getvalue()
