"""Designs signed by the app's own signer and posted to a real server: the simulator agrees on both."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests

from tests.support.forms import BODY, digest
from uploader.presign.policy import PostRules
from uploader.presign.simulator import judge
from uploader.presign.teaching.form_design import FormDesign, tutorial_design
from uploader.presign.teaching.inspector import inspect_form
from uploader.storage.bucket import Bucket
from uploader.storage.local import LocalStore

EXACT = FormDesign.from_rules(PostRules("lab/a.png", "image/png", len(BODY), digest()), expires_s=300)
WIDEST = replace(
    tutorial_design(),
    max_bytes=5 * 2**30,
    key_text="lab/" + "k/" * 450,
    metadata={"who": "x" * 2_045},
    sha256=digest(),
)


@pytest.mark.parametrize("design", [tutorial_design(), EXACT, WIDEST, replace(EXACT, key_is_prefix=True)])
@pytest.mark.parametrize("body", [BODY, b"other"])
def test_the_signer_the_server_and_the_referee_agree(
    store: LocalStore, design: FormDesign, body: bytes
) -> None:
    bucket = Bucket.open(
        store.bucket,
        endpoint_url=store.endpoint_url,
        region=store.region,
        access_key=store.access_key,
        secret_key=store.secret_key,
    )
    post = bucket.presign_post(design.rules(), expires_s=design.expires_s)
    answer = requests.post(post.url, data=dict(post.fields), files={"file": ("a.png", body)})
    verdict = judge(
        post.fields,
        size_bytes=len(body),
        sha256=digest(body),
        bucket=store.bucket,
        now=datetime.now(UTC),
        filename="a.png",
        secret_key=store.secret_key,
        access_key=store.access_key,
        region=store.region,
    )
    assert answer.status_code == verdict.status, answer.text
    assert verdict.is_stored == (body == BODY or not design.sha256)
    assert verdict.is_stored or verdict.code in answer.text
    found = inspect_form(post.fields, secret_key=store.secret_key)
    assert found.signature_is_right
    assert found.expires_at == post.expires_at
