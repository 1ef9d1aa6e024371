"""GET /i/<id>: an address of an image that lasts as long as the image."""

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from tests.support.buckets import keys_in
from tests.support.sample_image import picture
from uploader import api, errors
from uploader.api.base_path import BasePath
from uploader.api.middleware import PERSON_OF
from uploader.flow import app as wired
from uploader.flow.access import Access
from uploader.flow.app import Application
from uploader.images import Checker
from uploader.people import ANYONE, NOBODY, Person, Role
from uploader.settings import Settings
from uploader.storage.bucket import Bucket
from uploader.storage.local import local_secret

HTML = {"accept": "text/html,*/*"}
NAME = "Диаграмма продаж.png"
VIEWER = Person("ann", "ann@example.com", "", "", Role.VIEWER)


class As:
    """Every request comes from this person; None has yet to sign in."""

    def __init__(self, app, person):
        self._app, self._person = app, person

    async def __call__(self, scope, receive, send):
        await self._app({**scope, PERSON_OF: lambda *_: self._person}, receive, send)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path))
    yield wired.application(wait_s=60)
    wired.close_application()


def client(person: Person | None = ANYONE) -> TestClient:
    served = Starlette(routes=api.ROUTES, middleware=[Middleware(As, person=person)])
    return TestClient(served, follow_redirects=False)


def fetched(answer) -> tuple[bytes, str]:
    with urllib.request.urlopen(answer.headers["location"]) as found:
        return found.read(), found.headers.get("content-disposition", "")


def test_it_leads_to_the_image_until_it_is_deleted(app: Application) -> None:
    image = app.server_uploads.upload(picture(), NAME, who="")
    path = app.permanent.path(image.key)
    answer = client().get(path)
    assert answer.status_code == 302
    assert len(fetched(answer)[0]) == image.size_bytes
    assert client().head(path).headers["location"] == answer.headers["location"]
    assert answer.headers["cache-control"] == "private, max-age=60"
    app.gallery.delete([image.key])
    gone = client().get(path)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "no_such_image")


def test_a_download_has_the_images_own_name(app: Application) -> None:
    image = app.server_uploads.upload(picture(), NAME, who="")
    answer = client().get(app.permanent.path(image.key), params={"download": ""})
    assert "%D0%94%D0%B8%D0%B0" in fetched(answer)[1]


def test_a_size_can_be_asked_for(app: Application) -> None:
    image = app.server_uploads.upload(picture(900, 600), NAME, who="")
    path = app.permanent.path(image.key)
    places = {
        "": image.key,
        "original": image.key,
        "web": image.key,
        "thumb": app.layout.thumbnail_key(image.key),
    }
    for size, place in places.items():
        assert f"/{place}?" in client().get(path, params={"size": size}).headers["location"]
    app.bucket.put(app.layout.web_copy_key(image.key), b"smaller", content_type="image/jpeg")
    assert fetched(client().get(path, params={"size": "web"}))[0] == b"smaller"
    saved = fetched(client().get(path, params={"size": "web", "download": ""}))
    assert (saved[0], ".jpg" in saved[1]) == (b"smaller", True)
    refused = client().get(path, params={"size": "huge"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_size")


def test_it_works_after_a_restart(app: Application) -> None:
    image = app.server_uploads.upload(picture(), NAME, who="")
    path = app.permanent.path(image.key)
    wired.close_application()
    assert len(fetched(client().get(path))[0]) == image.size_bytes


@pytest.mark.parametrize("wanted", ["x", "A" * 30, "A" * 29 + "B", "é" * 30, "A" * 10_000, "..%2fimages"])
@pytest.mark.usefixtures("app")
def test_what_is_no_images_address_leads_nowhere(wanted: str) -> None:
    assert client().get(f"/i/{wanted}").status_code == 404


def test_people_who_may_look_follow_it_and_others_do_not(app: Application) -> None:
    path = app.permanent.path(app.server_uploads.upload(picture(), NAME, who="").key)
    assert client(VIEWER).get(path).status_code == 302
    refused = client(Person("eve", "eve@example.com", "", "", Role.NONE)).get(path, headers=HTML)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")
    assert client(None).get(path).status_code == 403


def test_who_has_yet_to_sign_in_comes_to_the_page_first(app: Application) -> None:
    path = app.permanent.path(app.server_uploads.upload(picture(), NAME, who="").key)
    answer = client(None).get(path, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (302, "../")


def test_an_operator_can_open_it_to_anyone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("UPLOADER_LINKS", "anyone")
    try:
        app = wired.application(wait_s=60)
        path = app.permanent.path(app.server_uploads.upload(picture(), NAME, who="").key)
        assert client(None).get(path).status_code == 302
    finally:
        wired.close_application()


def test_it_can_lead_to_a_cdn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("UPLOADER_PUBLIC_URL", "https://cdn.example.com/team")
    try:
        app = wired.application(wait_s=60)
        image = app.server_uploads.upload(picture(), "a.png", who="")
        answer = client().get(app.permanent.path(image.key))
        assert answer.headers["location"] == f"https://cdn.example.com/team/{image.key}"
    finally:
        wired.close_application()


ANN = Person("ann", "ann@example.com", "", "", Role.UPLOADER)
BEN = Person("ben", "ben@example.com", "", "", Role.UPLOADER)


def test_one_image_is_opened_to_anyone_and_closed_again(app: Application) -> None:
    image = app.server_uploads.upload(picture(), NAME, who=ANN.label)
    other = app.server_uploads.upload(picture(color="red"), NAME, who=ANN.label)
    path = app.permanent.path(image.key)
    Access(app, ANN).set_audience(image.key, "anyone")
    assert client(None).get(path).status_code == 302
    assert client(None).get(app.permanent.path(other.key)).status_code == 403
    assert [tile.key for tile in app.gallery.page(size=2).tiles] == [other.key, image.key]
    Access(app, ANN).set_audience(image.key, "people")
    assert client(None).get(path).status_code == 403
    assert client(VIEWER).get(path).status_code == 302


@pytest.mark.parametrize("who", [BEN, VIEWER])
def test_only_who_uploaded_it_opens_an_image(app: Application, who: Person) -> None:
    image = app.server_uploads.upload(picture(), NAME, who=ANN.label)
    with pytest.raises(errors.NotAllowed):
        Access(app, who).set_audience(image.key, "anyone")
    assert client(None).get(app.permanent.path(image.key)).status_code == 403


def test_a_change_that_was_cut_short_leaves_an_image_closed(app: Application) -> None:
    image = app.server_uploads.upload(picture(), NAME, who=ANN.label)
    for mark in app.layout.audience_keys(image.key):
        app.bucket.put(mark, b"", content_type="application/x-empty")
    assert client(None).get(app.permanent.path(image.key)).status_code == 403


@pytest.fixture
def second_pair(tmp_path: Path) -> tuple[str, str]:
    """Credentials that the local store takes too."""
    pairs = [{"accessKey": f"local{n}", "secretKey": f"a secret for tests {n}"} for n in (1, 2)]
    identity = {"name": "uploader", "credentials": pairs, "actions": ["Admin", "Read", "List", "Write"]}
    local_secret(tmp_path)
    (tmp_path / "s3.json").write_text(json.dumps({"identities": [identity]}))
    return pairs[1]["accessKey"], pairs[1]["secretKey"]


def test_replicas_agree_at_once_whatever_their_credentials(
    second_pair: tuple[str, str], app: Application
) -> None:
    """Two applications on one bucket: opened by one, closed and deleted by the other."""
    assert app.store
    settings, store = Settings.load(), app.store.store
    pair = dict(zip(("access_key", "secret_key"), second_pair, strict=True))
    assert store.access_key != second_pair[0]
    with Checker(app.limits) as checker:
        bucket = Bucket.open(store.bucket, region=store.region, endpoint_url=store.endpoint_url, **pair)
        other = wired.join(bucket, settings, app.limits, checker=checker, signer=app.signer)
        image = app.server_uploads.upload(picture(), NAME, who=ANN.label)
        wanted = app.permanent.id_of(image.key)
        for one, another in ((app, other), (other, app)):
            Access(one, ANN).set_audience(image.key, "anyone")
            with urllib.request.urlopen(Access(another, NOBODY).follow(wanted).url) as found:
                assert len(found.read()) == image.size_bytes
            Access(another, ANN).set_audience(image.key, "people")
            with pytest.raises(errors.NotAllowed):
                Access(one, NOBODY).follow(wanted)
        Access(other, ANN).delete([image.key])
        with pytest.raises(errors.ObjectMissing):
            Access(app, ANN).follow(wanted)
    assert keys_in(app.bucket, "images/") == []


def test_an_address_has_the_base_path_of_the_pages(app: Application) -> None:
    image = app.server_uploads.upload(picture(), NAME, who="")
    path = app.permanent.path(image.key)
    made = [Middleware(As, person=ANYONE), Middleware(BasePath, base_path="/team")]
    served = TestClient(Starlette(routes=api.ROUTES, middleware=made), follow_redirects=False)
    assert served.get(f"/team{path}").status_code == 302
    assert served.get(path).status_code == 302
    assert served.get(f"/teams{path}").status_code == 404
    bearer = {"authorization": f"Bearer {app.signer.mint_pass(ANYONE, now=datetime.now(UTC))}"}
    answer = served.get(f"/team/api/images/{app.permanent.id_of(image.key)}", headers=bearer)
    assert answer.json()["image_url"] == f"http://testserver/team{path}"
    assert answer.json()["page_url"].startswith("http://testserver/team/gallery?image=")
