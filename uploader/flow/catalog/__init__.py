"""What the services stand on: images as they are stored, and what is kept beside them.

layout            where everything lies             thumbnails        storing one
permanent_links   /i/<id>: an image by its id        web_copies        smaller JPEGs beside images
stored_image      an image, and its metadata in S3      signed_links      links, shared for half their life
image_index       duplicates, look-alikes, people       index_keys        the keys of the index's entries
thumbnail_repair  makes a lost thumbnail again          upload_trace      the requests of an upload, timed
tombstones        marks of deleted images               browse_scope      which keys may be looked at
"""
