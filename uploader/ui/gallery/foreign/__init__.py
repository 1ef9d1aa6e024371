"""Folders of the bucket that other tools fill, shown inside the gallery page.

address   where one is, in the gallery's address
bar       the way in, and the controls above the grid
page      what was read, and the grid
picture   one image, large
wiring    what pages know of them, kept for everyone
"""

from uploader.ui.gallery.foreign.address import asked
from uploader.ui.gallery.foreign.folder_bar import way_in
from uploader.ui.gallery.foreign.view import show

__all__ = ["asked", "show", "way_in"]
