"""GET /i/<id>: an address of an image that lasts as long as the image."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from tests.support.sample_image import picture
from uploader import api
from uploader.api.middleware import PERSON_OF
from uploader.flow import app as wired
from uploader.flow.app import Application
from uploader.people import ANYONE, Person, Role

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
    yield wired.application()
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
    assert client().get(path).status_code == 302


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
        app = wired.application()
        path = app.permanent.path(app.server_uploads.upload(picture(), NAME, who="").key)
        assert client(None).get(path).status_code == 302
    finally:
        wired.close_application()


def test_it_can_lead_to_a_cdn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("UPLOADER_PUBLIC_URL", "https://cdn.example.com/team")
    try:
        app = wired.application()
        image = app.server_uploads.upload(picture(), "a.png", who="")
        answer = client().get(app.permanent.path(image.key))
        assert answer.headers["location"] == f"https://cdn.example.com/team/{image.key}"
    finally:
        wired.close_application()
