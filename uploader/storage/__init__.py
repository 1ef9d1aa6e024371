"""S3, and nothing above it.

bucket             everything boto3: signing and every call
bucket_settings    the bucket's own settings, read and written
rules              CORS and lifecycle rules, as S3's own JSON has them
call_metrics       counts and times every call
client_config      how the client signs, addresses, waits and tries again
credentials        the keys behind every signature, renewed and replaced while the app runs
location           the region and the address of a bucket
error_translation  botocore's errors in our words
object_options     encryption and tags of every object
objects            what crosses that border: forms, objects, listings, what was copied and deleted
form_post          the plain-HTTP POST of a signed form
anonymous          plain HTTP without credentials: a CORS preflight, a GET
certificate        closes the inner ports of the local store to other users of the machine
local              the S3 server that starts by itself where no bucket is configured
local_folder       its data folder: private, with room on the disk
disk_space         what its disk has free, and what deleted images still take
supervisor         its process, ended with the last user
"""
