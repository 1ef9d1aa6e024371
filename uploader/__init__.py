"""Put images into an S3 bucket by presigned POST.

From the top: `cli` is the command, `setup_command` its part for the bucket and `command` that for images,
`asgi` what it starts, `handbook` what it prints. `ui` (the pages) and `api` (the HTTP routes) speak only to
`flow` (what the product does), which joins `storage` (S3), `images` (what a good image is) and `presign`
(what one POST may do).
Under all of them lies the ground floor:

settings        UPLOADER_* from the environment     setting_values  how the text of a setting is read
limits          every bound, with its unit and source
errors          the tree of exceptions              formats         every file format, a row each
events          every event of the log, a row each
logs            structured logging, JSON            redaction       passwords and tokens out of texts
presenter_mask  texts as a stage may show them      signing_secret  what a signing secret must be
file_names      names that are safe to save under   single_flight   one thread does what many ask for
people          who somebody is, and their role     link_formats    a link as people paste it
version         the version of the package          sha256          the shape of a SHA-256 as text
first_times     what is seen for the first time     metrics         counts and durations for Prometheus
rejections      why a file is refused, a row each   error_answers   error pages in an image's place
"""
