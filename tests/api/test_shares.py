"""GET /s/<id>: a selection of images under one address, until it ends or somebody revokes it."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from tests.support.sample_image import picture
from uploader import api, errors
from uploader.api.middleware import PERSON_OF
from uploader.flow import app as wired
from uploader.flow.access import Access
from uploader.flow.app import Application
from uploader.flow.shares import Share, ShareStore
from uploader.people import NOBODY, Person, Role

ANN = Person("ann", "ann@example.com", "", "", Role.UPLOADER)
BEN = Person("ben", "ben@example.com", "", "", Role.VIEWER)
ADA = Person("ada", "ada@example.com", "", "", Role.ADMIN)
TITLE = '<b>Лето</b> & "sea" {title}'
NAMES = ("Пляж <i>.jpg", "b.jpg", "c.jpg")


class As:
    def __init__(self, app, person):
        self._app, self._person = app, person

    async def __call__(self, scope, receive, send):
        await self._app({**scope, PERSON_OF: lambda *_: self._person}, receive, send)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UPLOADER_LOCAL_DIR", str(tmp_path_factory.mktemp("store")))
        yield wired.application(wait_s=60)
        wired.close_application()


@pytest.fixture
def keys(app: Application) -> list[str]:
    store = app.server_uploads
    return [
        store.upload(picture(color=f"#10{n}0ff"), name, who=ANN.label, again=True).key
        for n, name in enumerate(NAMES)
    ]


def get(path: str, person: Person = NOBODY, **headers: str):
    served = Starlette(routes=api.ROUTES, middleware=[Middleware(As, person=person)])
    return TestClient(served, follow_redirects=False).get(path, headers=headers)


def shared(
    app: Application, keys: list[str], audience: str = "anyone", life_days: int | None = None
) -> Share:
    return Access(app, ANN).make_share(keys, TITLE, audience, life_days=life_days)


def test_anyone_sees_the_images_and_saves_them(app: Application, keys: list[str]) -> None:
    share = shared(app, keys)
    path = app.shares.path(share)
    page = get(path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-store"
    assert "&lt;b&gt;Лето&lt;/b&gt; &amp; &quot;sea&quot; {title}" in page.text
    assert "<script" not in page.text
    assert "<i>" not in page.text
    assert "Пляж &lt;i&gt;.jpg" in page.text
    links = re.findall(r'<li><a href="([^"]+)"', page.text)
    assert [get(f"/s/{link}").status_code for link in links] == [302, 302, 302]
    zipped = get(f"{path}/zip")
    with zipfile.ZipFile(io.BytesIO(zipped.content)) as archive:
        assert len(archive.namelist()) == 3


def test_deleted_images_go_from_it_and_no_other_image_is_opened_by_it(
    app: Application, keys: list[str]
) -> None:
    share = shared(app, keys[:2])
    path = app.shares.path(share)
    assert get(f"{path}/{app.permanent.id_of(keys[2])}").status_code == 404
    app.gallery.delete([keys[0]])
    assert get(path).text.count("<li>") == 1
    assert get(f"{path}/{app.permanent.id_of(keys[0])}").status_code == 404
    app.gallery.delete([keys[1]])
    assert "were deleted" in get(path).text


def test_a_share_for_people_is_not_for_others(app: Application, keys: list[str]) -> None:
    share = shared(app, keys, "people")
    path, one = app.shares.path(share), app.permanent.id_of(keys[0])
    assert get(path, BEN).status_code == 200
    asked = get(path, accept="text/html")
    assert (asked.status_code, asked.headers["location"]) == (302, "../")
    assert [get(f"{path}{rest}").status_code for rest in ("", "/zip", f"/{one}")] == [403, 403, 403]


def test_it_is_gone_at_once_on_every_replica_when_it_is_revoked(app: Application, keys: list[str]) -> None:
    share, other = shared(app, keys), ShareStore(app.bucket, app.layout)
    path = app.shares.path(share)
    assert other.find(share.id) == share
    with pytest.raises(errors.NotAllowed):
        Access(app, BEN).revoke_share(share.id)
    assert get(path).status_code == 200
    Access(app, ANN).revoke_share(share.id)
    Access(app, ANN).revoke_share(share.id)
    assert [get(f"{path}{rest}").status_code for rest in ("", "/zip")] == [404, 404]
    with pytest.raises(errors.ObjectMissing):
        other.find(share.id)


def test_it_ends_when_its_time_has_come(app: Application, keys: list[str]) -> None:
    share = shared(app, keys, life_days=7)
    later = ShareStore(app.bucket, app.layout, clock=lambda: datetime.now(UTC) + timedelta(days=7))
    assert app.shares.find(share.id) == share
    with pytest.raises(errors.ObjectMissing):
        later.find(share.id)
    assert share.id not in [one.id for one in later.all()]


def test_people_list_their_own_shares_and_admins_all(app: Application, keys: list[str]) -> None:
    mine, own = shared(app, keys), Access(app, BEN).make_share(keys, "", "people", life_days=None)
    assert own.title == "Images"
    assert [one.id for one in Access(app, BEN).shares()] == [own.id]
    assert mine.id in [one.id for one in Access(app, ANN).shares()]
    assert own.id not in [one.id for one in Access(app, ANN).shares()]
    assert {mine.id, own.id} <= {one.id for one in Access(app, ADA).shares()}
    Access(app, ADA).revoke_share(own.id)
    assert Access(app, BEN).shares() == []


def test_what_cannot_be_shared_is_said(app: Application, keys: list[str]) -> None:
    with pytest.raises(errors.NotAllowed):
        Access(app, BEN).make_share(keys, "", "anyone", life_days=None)
    for wrong in ([], ["index/shares/x", "incoming/x.jpg"], [f"{keys[0][:-3]}{n}" for n in range(101)]):
        with pytest.raises(errors.UploaderError, match="Select 1 to 100 images"):
            shared(app, wrong)
    with pytest.raises(errors.UploaderError, match="can end after"):
        shared(app, keys, life_days=0)


@pytest.mark.parametrize("wanted", ["x", "A" * 32, "é" * 32, "A" * 10_000, "..%2fimages"])
@pytest.mark.usefixtures("app")
def test_what_is_no_shares_address_shows_nothing(wanted: str) -> None:
    page = get(f"/s/{wanted}")
    assert page.status_code == 404
    assert get(f"/s/{wanted}/zip").status_code == 404


def test_an_object_that_is_no_share_shows_nothing(app: Application, keys: list[str]) -> None:
    share = shared(app, keys)
    for content in (b"", b"[]", b"{", b'{"id": "x"}'):
        app.bucket.put(app.shares._key(share.id), content, content_type="application/json")
        assert get(app.shares.path(share)).status_code == 404
