"""What only the lab needs: requests that somebody pastes, recognised and taken apart. Pure, as all here is.

sigv4_query     the canonical request, the string to sign and the signature of a presigned URL
presigned_url   a presigned URL taken apart: who signed what, and until when
url_simulator   what S3 will answer to a presigned URL (url_checks: its parameters)
"""
