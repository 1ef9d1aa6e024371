"""Credentials that end."""

from dataclasses import replace
from datetime import datetime

from uploader.storage.credentials import Credentials


def ending(at: datetime) -> Credentials:
    """Keys that end at that time and that nobody renews."""
    credentials = Credentials.fixed("ASIAENDING", "b")
    credentials._keys = replace(credentials.current(), ends_at=at)
    return credentials
