"""The browser side: components of ES modules without a build step, each folder with its Python face.

uploader    files straight to S3     tiles   the grid of thumbnails
viewer      one picture, large       shared  what they share
stage_keys  keys that press buttons
copy_link   the link to an image
"""
