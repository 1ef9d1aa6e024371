"""Folders of the bucket that other tools fill, shown inside the gallery page.

address         the folder in the gallery's query string
folder_bar      the way in, and the controls above the grid
view            what was read, and the grid
object_dialog   one image, large
object_queries  cached reads, shared by all sessions
"""

from uploader.ui.gallery.foreign.address import asked
from uploader.ui.gallery.foreign.folder_bar import way_in
from uploader.ui.gallery.foreign.view import show

__all__ = ["asked", "show", "way_in"]
