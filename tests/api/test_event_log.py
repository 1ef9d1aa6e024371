"""Who did what, from where: every flow driven over the real routes, and all that was logged of it."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.support.flow import post_like_a_browser
from tests.support.sample_image import picture
from uploader import api, events
from uploader.errors import ImageRejected, NotAllowed
from uploader.flow import app as wired
from uploader.flow.access import Access
from uploader.flow.app import Application
from uploader.flow.lab.attack_runner import tamper
from uploader.flow.lab.workbench import sample_picture
from uploader.flow.sign_ins import EndedSignIns
from uploader.flow.uploads.direct_upload import Begun, Claim
from uploader.logs import bind_client, bind_person
from uploader.people import Person, Role
from uploader.presign import image_id
from uploader.storage.objects import PresignedPost

ADA = Person("https://id.example#42", "ada@example.com", "ada@example.com", "Ada", Role.ADMIN)
VISITOR, PROXY = "203.0.113.7", "198.51.100.2"
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


class World:
    """The app behind a proxy, everything secret that was handed out, and what was logged."""

    def __init__(self, app: Application, client: TestClient) -> None:
        self.app, self.client = app, client
        self.secrets = [SECRET]
        store = app.store.store if app.store else None
        self.secrets += [store.secret_key] if store else []
        self.upload_pass = self.keep(app.signer.mint_pass(ADA, now=datetime.now(UTC)))

    def keep(self, secret: str) -> str:
        self.secrets.append(secret)
        return secret

    def keep_form(self, fields: Any) -> None:
        self.secrets += [fields["policy"], fields["x-amz-signature"]]
        self.secrets.append(base64.b64decode(fields["policy"]).decode())

    def post(self, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {self.upload_pass}", **headers}
        found: dict[str, Any] = self.client.post(path, json=body, headers=bearer).json()
        return found

    def begin(self, data: bytes, name: str) -> dict[str, Any]:
        sha256 = hashlib.sha256(data).hexdigest()
        form = self.post(
            "/api/uploads", {"name": name, "size": len(data), "sha256": sha256, "type": "image/jpeg"}
        )
        self.keep(form["ticket"])
        self.keep_form(form["fields"])
        post = PresignedPost(form["url"], form["fields"], datetime.now(UTC))
        assert post_like_a_browser(Begun(form["ticket"], post), data).status_code < 300
        return form

    def store(self, data: bytes, name: str) -> str:
        stored = self.post("/api/uploads/complete", {"ticket": self.begin(data, name)["ticket"]})
        return str(stored["key"])


@pytest.fixture
def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[World]:
    """`capfd` comes first, so that what is logged at the start is captured too."""
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("UPLOADER_SECRET_KEY", SECRET)
    monkeypatch.setenv("UPLOADER_TRUSTED_PROXIES", f"{PROXY}/32")
    monkeypatch.setenv("UPLOADER_ADMINS", "ada@example.com")
    middleware = api.guard(["testserver"], any_address=False, person_of=lambda headers, cookies: ADA)
    asgi = Starlette(routes=api.ROUTES, middleware=middleware, lifespan=api.lifespan)
    with TestClient(
        asgi, client=(PROXY, 4711), headers={"X-Forwarded-For": f"10.9.9.9, {VISITOR}"}
    ) as client:
        yield World(wired.application(), client)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def written(capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = capfd.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_every_flow_says_who_and_from_where_and_nothing_secret(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    app, client = world.app, world.client
    first, second = picture(), picture(color="red")
    key = world.store(first, "password: hunter.jpg")
    relayed = client.post(
        "/api/uploads/relay",
        content=second,
        headers={"Authorization": f"Bearer {world.upload_pass}", "X-File-Name": "b.jpg"},
    ).json()["key"]
    broken = b"\xff\xd8\xff" + b"no picture" * 20
    world.post("/api/uploads/complete", {"ticket": world.begin(broken, "broken.jpg")["ticket"]})
    world.post("/api/uploads", {"name": "a", "size": 1, "sha256": "0" * 64, "type": "text/plain"})
    world.post("/api/uploads", {}, Authorization=f"Bearer {world.upload_pass}x")
    client.get(f"/i/{image_id(key)}", follow_redirects=False)
    client.get("/", headers={"Host": "evil.example"})

    bind_client(VISITOR)
    bind_person(ADA)
    access = Access(app, ADA)
    world.keep(access.share_link(key, expires_s=600)[0].partition("X-Amz-Signature=")[2])
    access.share_link(key, expires_s=600)
    token, kept = access.make_token("ci", ["list"], life_days=1)
    world.secrets += [token, token.rpartition("_")[2]]
    assert client.get("/api/images", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    access.revoke_token(kept.id)
    ticket = world.keep(access.zip_ticket([key, relayed]))
    assert client.get("/api/zip", params={"ticket": ticket}).status_code == 200
    with pytest.raises(ImageRejected):
        access.upload(b"no jpeg!!", "c.jpg")
    form = app.lab.sign(app.lab.exact(sample_picture(), "image/png", expires_s=300))
    world.keep_form(form.post.fields)
    tamper(app.lab, form, sample_picture())
    removed = access.delete([key, relayed], for_good=False)
    access.undo(removed[:1])
    with pytest.raises(NotAllowed):
        Access(app, replace(ADA, role=Role.VIEWER)).delete([key])
    EndedSignIns().end("")

    records = written(capfd)
    found = {record["event"] for record in records}
    assert found >= {
        *("started", "upload.begun", "upload.stored", "upload.rejected", "request.refused", "link.followed"),
        *("link.signed", "zip.begun", "zip.sent", "lab.form_signed", "lab.attack_sent", "image.deleted"),
        *("image.restored", "access.refused", "access.made", "access.revoked", "sign_out"),
    }
    text = json.dumps(records)
    for secret in world.secrets:
        assert secret not in text
    nobody = {"started", "request.refused"}
    for record in records:
        own = set(record) - set(events.COMMON_FIELDS)
        assert own <= set(events.EVENTS[record["event"]].fields), record
        if record["event"] not in nobody:
            assert (record["client"], record["who"]) == (VISITOR, ADA.label), record
            assert record["person_id"] == ADA.id


def test_the_facts_of_an_image(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    data = picture()
    key = world.store(data, "a.jpg")
    Access(world.app, ADA).delete([key])
    records = {record["event"]: record for record in written(capfd)}
    begun, stored, deleted = (records[name] for name in ("upload.begun", "upload.stored", "image.deleted"))
    assert (
        begun["sha256"] == (stored["source_sha256"] or stored["sha256"]) == hashlib.sha256(data).hexdigest()
    )
    assert begun["size_bytes"] == len(data)
    assert (stored["key"], stored["name"], stored["via"]) == (key, "a.jpg", "browser")
    assert stored["request_id"]
    assert stored["took_ms"] > 0
    assert (deleted["key"], deleted["name"], deleted["uploaded_by"]) == (key, "a.jpg", ADA.label)
    assert (deleted["sha256"], deleted["size_bytes"]) == (stored["sha256"], stored["size_bytes"])
    assert deleted["request_id"] not in ("", stored["request_id"])
    settings = records["started"]["settings"]
    assert settings["secret_key"] == "***"
    assert settings["admins"] == "ada@example.com"


def test_a_rejected_file_is_named_with_the_reason(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    access = Access(world.app, ADA)
    with pytest.raises(Exception, match="not"):
        access.begin(Claim("a.txt", 5, "0" * 64, "text/plain"))
    [record] = [one for one in written(capfd) if one["event"] == "upload.rejected"]
    assert (record["name"], record["sha256"], record["size_bytes"]) == ("a.txt", "0" * 64, 5)
    assert record["code"]
    assert record["reason"].endswith(".")


def test_a_strangers_request_says_from_where(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    world.client.post("/api/uploads", json={})
    world.client.get("/", headers={"Host": "evil.example"})
    first, second = (one for one in written(capfd) if one["event"] == "request.refused")
    assert (first["client"], first["path"], first["status"]) == (VISITOR, "/api/uploads", 401)
    assert (second["client"], second["host"], second["code"]) == (VISITOR, "evil.example", "unknown_host")
    assert "who" not in first
