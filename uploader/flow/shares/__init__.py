"""Selections of images that people share under one address, `/s/<id>`.

share        what is kept of one
share_store  the shares of a bucket: made, found by their ids, listed, revoked
"""

from uploader.flow.shares.share import Share
from uploader.flow.shares.share_store import ShareStore

__all__ = ["Share", "ShareStore"]
