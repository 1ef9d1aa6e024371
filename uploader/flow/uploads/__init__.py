"""Uploads: an image is checked, stored, verified, then shown.

direct_upload    straight from the browser: begin signs a form, complete verifies and promotes
staged_object    what a browser stored, read for the check
promotion        checked bytes become an image of the gallery
server_upload    through the app: check, sign, post, compare
forwarded_file   a file that came in one request, sent on as a browser would send it
background       what is done after the answer
upload_log       what the log says of an upload
upload_context   what both ways work with
"""
