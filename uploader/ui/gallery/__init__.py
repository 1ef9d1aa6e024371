"""The gallery page.

page           pages of thumbnails, newest first     toolbar       search, date, filters, view
delete_dialog  deleting, and taking it back          zip_dialog    many images as one download
share_dialog   a selection under one address         foreign       folders that other tools fill
"""
