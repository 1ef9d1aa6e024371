"""The images of a ZIP as its ticket names them, which must fit into an address whatever their names are."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from uploader import errors
from uploader.flow.catalog.layout import Layout
from uploader.presign import image_id, image_part
from uploader.presign.object_keys import shortened

_AT_ONCE: Final = 16


def entries_of(keys: Sequence[str]) -> list[str]:
    """What a ticket holds of these images: the key, or without its folder a shortened one."""
    return [_entry(key) for key in keys]


def keys_of(entries: Sequence[str], layout: Layout, find: Callable[[str], str]) -> tuple[str, ...]:
    """The keys behind a ticket's entries; `find` gives one by its image's id: one call for a shortened one.

    That of an image which is gone stays short: it still tells the name. Raises StorageError.
    """

    def whole(entry: str) -> str:
        if "/" in entry:
            return entry
        try:
            return find(image_id(entry))
        except errors.ObjectMissing:
            return layout.image_key(entry)
        except ValueError:
            return entry  # no image of ours; it is left out when the archive is made

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="selection") as pool:
        return tuple(pool.map(whole, entries))


def _entry(key: str) -> str:
    try:
        short = shortened(key)
    except ValueError:
        return key  # no image of ours; it is left out when the archive is made
    return key if short == key else image_part(short)
