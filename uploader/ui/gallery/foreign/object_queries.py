"""What pages know of other tools' images, kept for everyone so that a rerun asks S3 nothing."""

from collections.abc import Callable
from typing import Final, TypeVar

import streamlit as st

from uploader.errors import BucketUnreachable
from uploader.flow.app import Application, application, reopened_application
from uploader.flow.gallery.foreign_folders import ForeignFolders, Part
from uploader.flow.gallery.foreign_objects import Other, Seen
from uploader.ui.queries import patiently

_PART_LIFE_S: Final = 120  # a part reads up to 20 listings
_FACTS_LIFE_S: Final = 60
_SEEN_LIFE_S: Final = 600  # what was refused is not decoded again before

T = TypeVar("T")


def _asked(question: Callable[[ForeignFolders], T]) -> T:
    try:
        return question(application().foreign)
    except BucketUnreachable:
        return question(reopened_application().foreign)


@st.cache_data(ttl=_PART_LIFE_S, max_entries=30, show_spinner=False)
def _part(bucket: str, folder: str, past: str) -> Part:
    return _asked(lambda there: there.part(folder, after=past))


@st.cache_data(ttl=_PART_LIFE_S, max_entries=100, show_spinner=False)
def _folders(bucket: str, folder: str) -> tuple[str, ...]:
    return _asked(lambda there: there.folders(folder))


@st.cache_data(ttl=_FACTS_LIFE_S, max_entries=500, show_spinner=False)
def _found(bucket: str, key: str) -> Other:
    return _asked(lambda there: there.find(key))


@st.cache_data(ttl=_SEEN_LIFE_S, max_entries=2_000, show_spinner=False)
def _seen(bucket: str, other: Other) -> Seen:
    return _asked(lambda there: there.see(other))


def part(app: Application, folder: str, past: str) -> Part:
    """The newest images of one bounded reading. Raises StorageError."""
    return patiently(_part, app.bucket_label, folder, past)


def folders(app: Application, folder: str) -> tuple[str, ...]:
    """The folders right under this one. Raises StorageError."""
    return patiently(_folders, app.bucket_label, folder)


def found(app: Application, key: str) -> Other:
    """What S3 says of one object, kept for a minute. Raises ObjectMissing, StorageError."""
    return patiently(_found, app.bucket_label, key)


def seen(app: Application, other: Other) -> Seen:
    """What the check says of it; a refusal is kept too. Raises StorageError, Busy, which are not."""
    return _seen(app.bucket_label, other)


def forget() -> None:
    """The next page asks S3."""
    for kept in (_part, _folders, _found, _seen):
        kept.clear()
