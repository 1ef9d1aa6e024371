"""The gallery: what is stored, from the bucket listing alone.

gallery          pages, one image, delete and undo     search           a bounded search by words and formats
search_text      what is typed, and names, compared    zip_selection    what the ticket of a ZIP names
previous_page    the page above a page                 neighbours       the images around the one on show
zip_stream       many images as one ZIP, streamed    deletions        what became of images to delete
foreign_folders  folders that other tools fill         foreign_objects  one object of another tool
"""

from uploader.flow.gallery.gallery import Gallery

__all__ = ["Gallery"]
