"""What each role may do: refused where the work is done, whatever a page or a request says."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PIL import Image

from uploader.errors import NotAllowed
from uploader.flow.access import NOT_YOURS, Access
from uploader.flow.app import Application, open_application
from uploader.flow.uploads.direct_upload import Claim
from uploader.people import Person, Role
from uploader.settings import Settings


def somebody(label: str, role: Role) -> Person:
    return Person(f"https://id.example#{label}", label, label, "", role)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    opened = open_application(Settings(local_dir=tmp_path_factory.mktemp("access")))
    yield opened
    opened.close()


def picture(colour: str) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(held, "PNG")
    return held.getvalue()


def refused(error: pytest.ExceptionInfo[NotAllowed]) -> str:
    assert error.value.code == "not_allowed"
    return str(error.value)


def test_a_viewer_uploads_and_deletes_nothing(app: Application) -> None:
    viewer, data = Access(app, somebody("eve", Role.VIEWER)), picture("red")
    key = Access(app, somebody("bob", Role.UPLOADER)).upload(data, "a.png").key
    claim = Claim("a.png", len(data), hashlib.sha256(data).hexdigest(), "image/png")
    for act in (
        lambda: viewer.begin(claim),
        lambda: viewer.complete("ticket"),
        lambda: viewer.upload(data, "a.png"),
        lambda: viewer.mint_pass(),
        lambda: viewer.delete([key]),
        lambda: viewer.undo([]),
    ):
        with pytest.raises(NotAllowed) as caught:
            act()
        assert "look at images" in refused(caught)
    assert viewer.share_link(key, expires_s=60)[0].startswith("http")


def test_nobody_may_not_even_look(app: Application) -> None:
    nobody = Access(app, somebody("", Role.NONE))
    for act in (lambda: nobody.zip_ticket(["images/a"]), lambda: nobody.share_link("images/a", expires_s=60)):
        with pytest.raises(NotAllowed):
            act()


def test_an_uploader_deletes_their_own_and_an_admin_any(app: Application) -> None:
    ada, bob = (Access(app, somebody(name, Role.UPLOADER)) for name in ("ada", "bob"))
    his, hers = bob.upload(picture("green"), "his.png").key, ada.upload(picture("blue"), "hers.png").key
    first, second = ada.delete([his, hers])
    assert (first.key, first.sentence) == (his, NOT_YOURS)
    assert (second.key, second.sentence) == (hers, "")
    assert app.gallery.image(his).who == "bob"
    assert Access(app, somebody("boss", Role.ADMIN)).delete([his])[0].sentence == ""


def test_the_operator_binds_admins_too(app: Application) -> None:
    settings = app.settings.model_copy(update={"allow_delete": False})
    admin = Access(replace(app, settings=settings), somebody("boss", Role.ADMIN))
    with pytest.raises(NotAllowed, match="Nothing is deleted here"):
        admin.delete(["images/a"])
