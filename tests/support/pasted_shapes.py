"""What people paste, in their many quotings; each shape written for these tests."""

# ruff: noqa: E501

import base64
import html
import json
import textwrap
from typing import Any

from tests.support.forms import BUCKET, encode, form
from tests.support.presigned_urls import DOCUMENTED, client

FIELDS = form({"Content-Type": "image/png"}, [["starts-with", "$Content-Type", "image/"]])
ADDRESS = f"https://{BUCKET}.s3.eu-west-1.amazonaws.com/"
BOTO3 = {"url": ADDRESS, "fields": FIELDS}
INPUTS = "".join(
    f'<input type="hidden" name="{name}" value="{html.escape(value)}">\n' for name, value in FIELDS.items()
)
FILE_INPUT = '<input type="file" name="file">'
HTML = f'<form action="{ADDRESS}" method="post" enctype="multipart/form-data">\n{INPUTS}{FILE_INPUT}\n<button>Go</button></form>'
CURL = f"curl -v {ADDRESS} \\\n" + " \\\n".join(f"  -F '{name}={value}'" for name, value in FIELDS.items())
CURL_FILE = f"{CURL} \\\n  -F 'file=@photo.png'"
PARTS = "".join(
    f'------x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
    for name, value in FIELDS.items()
)
BODY = f'{PARTS}------x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n…'
JS = ", ".join(
    f"{name}: '{value}'" if name.isidentifier() else f"'{name}': '{value}'" for name, value in FIELDS.items()
)
POLICY = {
    "expiration": "2026-02-01T13:00:00Z",
    "conditions": [{"bucket": BUCKET}, ["starts-with", "$key", "a/"]],
}
POLICY_TEXT = json.dumps(POLICY)
ERROR = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: '
    "Policy expired.</Message><RequestId>4442587FB7D0A2F9</RequestId><HostId>x/y=</HostId></Error>"
)
MISMATCH = (
    "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the "
    "signature you provided. Check your key and signing method.</Message><StringToSign>AWS4-HMAC-SHA256\nx</StringToSign>"
    "<CanonicalRequest>PUT\n/test.txt\nX-Amz-Algorithm=AWS4-HMAC-SHA256</CanonicalRequest></Error>"
)


def link(operation: str, version: str = "s3v4", **params: Any) -> str:
    named = {"Bucket": BUCKET, "Key": "a b.png", **params}
    return str(client(version, "virtual").generate_presigned_url(operation, Params=named, ExpiresIn=60))


FORMS = {
    "boto3's answer": json.dumps(BOTO3),
    "boto3's answer printed by Python": repr(BOTO3),
    "boto3's answer, indented": json.dumps(BOTO3, indent=2),
    "in a fence of Markdown": f"```json\n{json.dumps(BOTO3)}\n```",
    "with the quotes of a word processor": json.dumps(BOTO3).replace('": "', "”: “"),
    "JSON in a text": json.dumps(json.dumps(BOTO3)),
    "JSON in a text in a text": json.dumps(json.dumps(json.dumps(BOTO3))),
    "JSON with escaped quotes": json.dumps(json.dumps(BOTO3))[1:-1],
    "JSON with escaped ampersands, as Go writes it": json.dumps({**BOTO3, "note": "a&b"}).replace("&", "\\u0026"),
    "deep in an answer of an API": json.dumps({"statusCode": 200, "data": {"upload": [{"post": BOTO3}]}}),
    "a body in the answer of a Lambda": json.dumps({"statusCode": 200, "body": json.dumps(BOTO3)}),
    "within a line of a log": f"2026-02-01 INFO signed: {json.dumps(BOTO3)} in 3 ms",
    "within a line of a log of Python": f"[INFO] signed {BOTO3!r}",
    "bytes of Python": repr(json.dumps(BOTO3).encode()),
    "a literal of JavaScript": f"const signed = {{url: '{ADDRESS}', fields: {{{JS}}}}};",
    "fields alone": json.dumps(FIELDS),
    "fields as pairs": json.dumps([[name, value] for name, value in FIELDS.items()]),
    "fields as objects": json.dumps({"action": ADDRESS, "inputs": [{"name": n, "value": v} for n, v in FIELDS.items()]}),
    "the SDK for PHP": json.dumps({"formAttributes": {"action": ADDRESS, "method": "POST"}, "formInputs": FIELDS}),
    "Uppy's parameters": json.dumps({"method": "POST", "url": ADDRESS, "fields": FIELDS, "headers": {}}),
    "HTML": HTML,
    "HTML in capitals": HTML.replace("<input", "<INPUT").replace("<form", "<FORM"),
    "HTML with single quotes": HTML.replace('"', "'"),
    "HTML escaped": html.escape(HTML),
    "a whole page": f"<!doctype html><html><body><h1>Upload</h1>{HTML}</body></html>",
    "inputs alone": INPUTS,
    "curl": CURL_FILE,
    "curl in one line": CURL_FILE.replace("\\\n", ""),
    "curl with double quotes": CURL_FILE.replace("'", '"'),
    "curl with --form": CURL_FILE.replace("-F ", "--form "),
    "curl with -F glued": CURL_FILE.replace("-F '", "-F'"),
    "curl of Windows": CURL_FILE.replace("\\\n", "^\n").replace("'", '"'),
    "curl of PowerShell": CURL_FILE.replace("\\\n", "`\n").replace("curl", "curl.exe"),
    "curl with $'…'": CURL_FILE.replace("-F '", "-F $'"),
    "the raw body": BODY,
    "the raw body, lines ended by LF": BODY.replace("\r\n", "\n"),
    "the raw body in a HAR": json.dumps({"postData": {"text": BODY}})[14:-2],
    "FormData in JavaScript": "\n".join(f'body.append("{n}", "{v}");' for n, v in FIELDS.items()) + '\nbody.append("file", input.files[0]);',
    "the browser's list of form data": "\n".join(f"{name}: {value}" for name, value in FIELDS.items()),
    "a table with tabs": "\n".join(f"{name}\t{value}" for name, value in FIELDS.items()),
    "a hash of Ruby": "{" + ", ".join(f'"{name}"=>"{value}"' for name, value in FIELDS.items()).replace(", ", ",\n") + "}",
    "an array of PHP": "\n".join(f"'{name}' => '{value}'," for name, value in FIELDS.items()),
}  # fmt: skip
URLS = {
    "the documented GET": (DOCUMENTED, "GET"),
    "in angle brackets": (f"<{DOCUMENTED}>", "GET"),
    "in quotes": (f'"{DOCUMENTED}"', "GET"),
    "with its method": (f"DELETE {DOCUMENTED}", "DELETE"),
    "in HTML": (f'<a href="{html.escape(DOCUMENTED)}">', "GET"),
    "in JSON of Java": (json.dumps({"url": DOCUMENTED}).replace("&", "\\u0026"), "GET"),
    "in JSON with escaped slashes": (json.dumps({"url": DOCUMENTED}).replace("/", "\\/"), "GET"),
    "of the JavaScript SDK": (f"{DOCUMENTED}&x-id=PutObject", "PUT"),
    "within a sentence": (f"See {DOCUMENTED}.", "GET"),
    "curl": (f"curl '{DOCUMENTED}' -o a", "GET"),
    "curl that uploads": (f"curl -T photo.png '{DOCUMENTED}'", "PUT"),
    "curl -X": (f'curl -X PUT -H "Content-Type: image/png" --data-binary @a "{DOCUMENTED}"', "PUT"),
    "curl -I": (f"curl -I '{DOCUMENTED}'", "HEAD"),
    "Windows' curl": (f'curl "{DOCUMENTED.replace("&", "^&")}"', "GET"),
    "a PUT with a type": (link("put_object", ContentType="image/png"), "PUT"),
    "a GET of Version 2": (link("get_object", "s3"), "GET"),
    "zsh's escapes": (DOCUMENTED.replace("&", "\\&").replace("?", "\\?").replace("=", "\\="), "GET"),
}
POLICIES = {
    "JSON": POLICY_TEXT,
    "JSON, indented": json.dumps(POLICY, indent=4),
    "a dict of Python": repr(POLICY),
    "base64": encode(POLICY),
    "base64 in lines": "\n".join(textwrap.wrap(encode(POLICY), 40)),
    "base64 of the URL alphabet": base64.urlsafe_b64encode(POLICY_TEXT.encode()).decode().rstrip("="),
    "base64 with its name": f"policy={encode(POLICY)}",
    "in a fence": f"```\n{POLICY_TEXT}\n```",
}
ERRORS = {
    "XML": ERROR,
    "XML with headers": f"HTTP/1.1 403 Forbidden\nx-amz-request-id: 1\n\n{ERROR}",
    "XML escaped": html.escape(ERROR),
    "XML cut off": ERROR[: ERROR.index("<HostId>")],
    "XML in a log": f"upload failed: {ERROR} (403)",
    "botocore's": "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the PutObject "
    "operation: Invalid according to Policy: Policy expired.",
    "the SDK for Go": "operation error S3: PutObject, https response error StatusCode: 403, RequestID: 1, HostID: x, "
    "api error AccessDenied: Invalid according to Policy: Policy expired.",
    "the SDK for Java": "com.amazonaws.services.s3.model.AmazonS3Exception: Invalid according to Policy: Policy expired. "
    "(Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: 1)",
    "the SDK for Ruby": "Aws::S3::Errors::AccessDenied (Invalid according to Policy: Policy expired.)",
    "the SDK for PHP": f"AWS HTTP error: Client error: `POST https://a.test` resulted in a `403 Forbidden` response:\n{ERROR}",
    "JSON of the JavaScript SDK": json.dumps(
        {
            "name": "AccessDenied",
            "$fault": "client",
            "message": "Invalid according to Policy: Policy expired.",
        }
    ),
    "the JavaScript SDK's": "AccessDenied: Invalid according to Policy: Policy expired.\n    at throwDefaultError",
}
