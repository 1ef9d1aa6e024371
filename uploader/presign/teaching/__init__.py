"""What only the lab needs: requests that somebody pastes, recognised and taken apart. Pure, as all here is.

sigv4_query     the canonical request, the string to sign and the signature of a presigned URL
presigned_url   a presigned URL taken apart: who signed what, and until when
paste           whatever was pasted, recognised: pasted_form, error_xml, literals read its shapes
paste_report    what was pasted, taken apart, judged and explained
url_simulator   what S3 will answer to a presigned URL (url_checks: its parameters)
"""
