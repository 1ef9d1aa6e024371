"""Folders of the bucket that other tools fill, shown inside the gallery page.

address   where one is, in the gallery's address
bar       the way in, and the controls above the grid
page      what was read, and the grid
picture   one image, large
wiring    what pages know of them, kept for everyone
"""

from uploader.ui.elsewhere.address import asked
from uploader.ui.elsewhere.bar import way_in
from uploader.ui.elsewhere.page import show

__all__ = ["asked", "show", "way_in"]
