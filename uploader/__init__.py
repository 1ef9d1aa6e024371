"""Put images into an S3 bucket by presigned POST.

The wings, from the top: `ui` (the pages) and `api` (the HTTP routes) speak only to `flow` (what the product
does), which joins `storage` (S3), `images` (what a good image is) and `presign` (what one POST may do).
`settings`, `limits`, `people` and `errors` lie under all of them.
"""
