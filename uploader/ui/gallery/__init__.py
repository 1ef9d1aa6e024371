"""The gallery page.

page           pages of thumbnails, newest first     toolbar       search, date, filters, view
delete_dialog  deleting, and taking it back          zip_dialog    many images as one download
foreign        folders of the bucket that other tools fill
"""
