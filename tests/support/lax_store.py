"""A store that promises less, as a proxy before the real one: no checksum, and copies without their pin.

As Ceph RGW 16.2 does, it holds a form to its size, checks no checksum and keeps none, and ignores
`x-amz-copy-source-if-match`.
What it does differently it does there with credentials of its own, because requests are signed.
"""

import email
from typing import Any
from urllib.parse import unquote

from tests.support.proxy import Answer, Exchange, Proxy
from uploader.presign.policy_document import read_policy
from uploader.storage.bucket import Bucket

_AREAS = ("incoming", "images", "thumbnails")


def make_lax(proxy: Proxy, truth: Bucket, *, keeps_sha256: bool = False) -> None:
    """From now on the store behind this proxy is a lax one."""
    client: Any = truth._client

    def post(exchange: Exchange) -> None:
        exchange.read()
        head = f"Content-Type: {exchange.handler.headers['Content-Type']}\r\n\r\n".encode()
        parts: Any = email.message_from_bytes(head + exchange.body).get_payload()
        form = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in parts
        }
        clauses = read_policy(form["policy"].decode()).clauses
        most_bytes = next(clause.range_bytes[1] for clause in clauses if clause.range_bytes)
        if len(form["file"]) > most_bytes:
            exchange.reply(Answer(400, (), b"<Error><Code>EntityTooLarge</Code></Error>"))
            return
        key, kind = form["key"].decode(), form["Content-Type"].decode()
        metadata = {name[11:]: value.decode() for name, value in form.items() if name[:11] == "x-amz-meta-"}
        client.put_object(Bucket=truth.name, Key=key, Body=form["file"], ContentType=kind, Metadata=metadata)
        exchange.reply(Answer(201, (("Content-Type", "application/xml"),), b"<PostResponse/>"))

    def copy(exchange: Exchange) -> None:
        exchange.read()
        asked = exchange.handler.headers
        source, key = (unquote(path).lstrip("/").split("/", 1) for path in _addresses(exchange))
        wanted: dict[str, Any] = {"ChecksumAlgorithm": "SHA256"} if keeps_sha256 else {}
        if asked.get("x-amz-metadata-directive") == "REPLACE":
            names = [name for name in asked if name.lower().startswith("x-amz-meta-")]
            metadata = {name[11:].lower(): asked[name] for name in names}
            wanted |= {
                "MetadataDirective": "REPLACE",
                "Metadata": metadata,
                "ContentType": asked["Content-Type"],
            }
        found = client.copy_object(
            Bucket=truth.name, Key=key[1], CopySource={"Bucket": source[0], "Key": source[1]}, **wanted
        )
        body = f"<CopyObjectResult><ETag>{found['CopyObjectResult']['ETag']}</ETag></CopyObjectResult>"
        exchange.reply(Answer(200, (("Content-Type", "application/xml"),), body.encode()))

    def look(exchange: Exchange) -> None:
        answer = exchange.forward()
        kept = [pair for pair in answer.headers if not pair[0].lower().startswith("x-amz-checksum")]
        exchange.reply(Answer(answer.status, tuple(kept), answer.body))

    proxy.plan("POST", post)
    proxy.plan("COPY", copy)
    if not keeps_sha256:
        for area in _AREAS:
            proxy.plan(f"GET {area}", look)
            proxy.plan(f"HEAD {area}", look)


def _addresses(exchange: Exchange) -> tuple[str, str]:
    return exchange.handler.headers["x-amz-copy-source"], exchange.handler.path.partition("?")[0]
