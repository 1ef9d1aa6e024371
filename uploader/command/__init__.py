"""The commands that work with images: put, list, link, rm and token.

image_commands   their arguments, and what they print
put_files        many files at a time, with their progress
file_choice      which files are meant: files, folders, patterns
image_store      what the commands need of a store of images, and which one is meant
remote_app       a running app, by UPLOADER_URL and UPLOADER_TOKEN
own_bucket       the bucket itself, by its credentials
progress_line    how far it is, on one line of a terminal
clipboard        copies text where the system has a way
"""
