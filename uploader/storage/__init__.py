"""S3, and nothing above it.

bucket       everything boto3: signing and the calls
config       how the client signs, addresses, waits and tries again
credentials  the keys behind every signature, renewed and replaced while the app runs
location     the region and the address of a bucket
copies       copies of what was seen, and whether a store copies only that
removal      deleting, hiding and bringing back; rules: CORS and the lifecycle rule
failures     botocore's errors in our words
shapes       what crosses that border: forms, objects, listings, S3's small formats
transfer     the plain-HTTP POST of a signed form
local        the S3 server that starts by itself where no bucket is configured
"""
