"""The lab as a script: what it shows of a form, what it refuses to sign, and what it masks."""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.buckets import keys_in
from tests.support.sample_image import picture
from uploader.flow.app import Application
from uploader.flow.catalog.upload_trace import BrowserTimes
from uploader.storage.bucket import Bucket

Open = Callable[[], AppTest]
OPEN_LAB = Callable[..., AppTest]


@pytest.fixture
def open_lab(open_page: Open) -> OPEN_LAB:
    """Opens the lab, with parameters of its address."""

    def open_it(**parameters: str) -> AppTest:
        page = open_page()
        for name, value in parameters.items():
            page.query_params[name] = value
        page.switch_page("lab/page.py").run()
        assert not page.exception
        return page

    return open_it


def said(page: AppTest) -> str:
    """Everything that the page says, tables and code included."""
    kinds = (page.markdown, page.caption, page.text, page.code, page.error, page.warning, page.success)
    found = [str(element.value) for kind in kinds for element in kind]
    return "\n".join([*found, *(table.value.to_csv() for table in page.table)])


def drawn(page: AppTest) -> list[str]:
    """The pictures of the page that are drawn, as SVG."""
    kind = "data:image/svg+xml;base64,"
    urls = [image.url for element in page.get("image") for image in element.proto.imgs]
    return [base64.b64decode(url.removeprefix(kind)).decode() for url in urls if url.startswith(kind)]


def press(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page


def show(page: AppTest, tab: str) -> AppTest:
    page.session_state["view"] = tab
    page.run()
    assert not page.exception
    return page


def query(page: AppTest) -> dict[str, str]:
    found = {name: page.query_params[name] for name in page.query_params if name != "view"}
    return {name: value if isinstance(value, str) else value[0] for name, value in found.items()}


def test_it_opens_with_the_form_of_the_tutorials(open_lab: OPEN_LAB) -> None:
    page = open_lab()
    assert "This form can store any image up to 5 MB at any key in `incoming/lab/`" in page.warning[0].value
    assert '`["starts-with", "$Content-Type", "image/"]`' in said(page)
    assert "Stops: Storing a web page or a script" in said(page)
    assert query(page) == {"key": "incoming/lab/"}


def test_the_verdict_speaks_of_the_store_at_hand_too(open_lab: OPEN_LAB) -> None:
    page = open_lab()
    assert "So it is on AWS. The local store asks for a condition on x-amz- fields only" in said(page)
    page = press(show(page, "Tamper"), "Send 18 tampered forms")
    assert "accepts what AWS refuses: acl=public-read, Redirect" in said(page)


def test_the_exact_form_is_the_apps_own(open_lab: OPEN_LAB) -> None:
    page = press(open_lab(), "This app's exact form")
    assert "This form can store only this picture, only at `incoming/lab/" in page.success[0].value
    assert "x-amz-checksum-sha256" in said(page)
    assert page.number_input(key="lab_expires").value == 300
    assert {"sha256", "min", "max", "key_is"} <= set(query(page))
    assert "any image" in press(page, "The blog post's form").warning[0].value


def test_the_lock_changes_while_one_designs_and_is_masked_on_stage(open_lab: OPEN_LAB) -> None:
    page = open_lab(key="incoming/lab/ada@example.com/")
    [before] = drawn(page)
    page.number_input(key="lab_expires").set_value(300).run()
    [after] = drawn(page)
    assert ("Time: for 1 h" in before, "Time: for 5 min" in after) == (True, True)
    assert "ada@example.com" in after
    page.toggle(key="presenter_switch").set_value(True).run()
    assert "ada@example.com" not in drawn(page)[0]


def test_an_address_brings_a_design_back(open_lab: OPEN_LAB) -> None:
    page = open_lab(key="incoming/lab/x", max="1000", type="image/webp", type_is="exact", expires="60")
    assert page.text_input(key="lab_key").value == "incoming/lab/x"
    assert page.number_input(key="lab_max").value == 1_000
    assert "any `image/webp` file up to 1000 bytes" in said(page)
    assert query(page) == {
        "key": "incoming/lab/x",
        "max": "1000",
        "type": "image/webp",
        "type_is": "exact",
        "expires": "60",
    }


def test_junk_in_the_address_does_no_harm(open_lab: OPEN_LAB) -> None:
    page = open_lab(min="lots", key_is="maybe", type="![x](https://evil.example/p.png)", metadata="%ff=1&&")
    assert "not signed" in page.warning[0].value
    assert "![x](https://evil.example" not in "\n".join(
        str(element.value).replace("`", "") for kind in (page.warning, page.caption) for element in kind
    )


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("lab_min", 6_000_000, "above the largest"),
        ("lab_max", 6 * 2**30, "5 GB at most"),
        ("lab_expires", 700_000, "7 days at most"),
        ("lab_key", "incoming/lab/../x", "must not hold .."),
        ("lab_key", "images/", "Forms of the lab may write in incoming/lab/ only"),
        ("lab_type", "text/plain", "does not start with text/plain"),
        ("lab_metadata", "note=" + "x" * 21_000, "S3 allows 2,048"),
    ],
)
def test_what_is_wrong_is_said_and_never_signed(
    open_lab: OPEN_LAB, monkeypatch: pytest.MonkeyPatch, key: str, value: Any, sentence: str
) -> None:
    page = open_lab()
    signed: list[object] = []
    monkeypatch.setattr(Bucket, "presign_post", lambda *_, **__: signed.append(1))
    kind = {"lab_metadata": page.text_area, "lab_key": page.text_input, "lab_type": page.text_input}
    kind.get(key, page.number_input)(key=key).set_value(value).run()
    assert not page.exception
    assert sentence in "\n".join(text.value for text in page.text)
    assert "not signed" in page.warning[0].value
    assert (signed, page.tabs) == ([], [])
    assert sum(map(len, page.query_params)) < 4_100


def test_a_form_stays_the_same_until_the_design_changes(open_lab: OPEN_LAB) -> None:
    page = open_lab()
    form = page.session_state["lab_form"]
    assert page.run().session_state["lab_form"] is form
    page.number_input(key="lab_max").set_value(99).run()
    assert page.session_state["lab_form"].design.max_bytes == 99


def test_the_anatomy_shows_the_form_and_its_signature(open_lab: OPEN_LAB) -> None:
    page = open_lab()
    fields = page.session_state["lab_form"].post.fields
    assert fields["policy"] in [code.value for code in page.code]
    assert fields["x-amz-signature"] in said(page)
    assert "Computed again with the secret key: the same." in said(page)
    assert "AWS4 + secret key" in said(page)
    decoded = json.loads(next(code.value for code in page.code if code.language == "json"))
    assert ["content-length-range", 0, 5_242_880] in decoded["conditions"]
    assert page.metric[0].value.startswith(("1:00:00", "59:"))


@pytest.mark.parametrize("language", ["curl", "Python", "JavaScript", "HTML"])
def test_every_copy_holds_the_whole_form(open_lab: OPEN_LAB, language: str) -> None:
    page = show(open_lab(), "Copy as")
    page.segmented_control(key="lab_copy").set_value(language).run()
    fields = page.session_state["lab_form"].post.fields
    assert all(value.replace("&", "") in page.code[0].value for value in fields.values())


def test_attacks_are_predicted_then_sent_then_deleted(open_lab: OPEN_LAB, app: Application) -> None:
    page = show(press(open_lab(), "This app's exact form"), "Tamper")
    before = page.table[0].value
    assert list(before.columns) == ["Attack", "Predicted", "What stopped it, or got through"]
    press(page, "Send 18 tampered forms")
    assert page.subheader[0].value == "15 refused · 2 accepted by this store, refused by AWS · 1 harmless"
    assert "agree in 16 of 18" in said(page)
    assert "acl=public-read, Redirect" in page.warning[0].value
    after = page.table[0].value
    assert len(after) == 19
    assert "Agrees" in after["Agree"][1]
    assert '`["content-length-range", 1462, 1462]`' in after.iloc[1, -1]
    assert "deleted again (1 object)" in said(page)
    assert keys_in(app.bucket) == []
    press(page, "The blog post's form")
    assert not page.subheader, "another form has not been attacked yet"


def test_put_stands_beside_post_judged_then_sent(open_lab: OPEN_LAB, app: Application) -> None:
    page = show(open_lab(), "PUT and GET")
    larger = page.table[0].value.iloc[1]
    assert [cell.split("\u00a0")[-1].strip() for cell in larger[1:]] == [
        "400 EntityTooLarge",
        "200",
        "403 SignatureDoesNotMatch",
    ]
    page.button(key="lab_compare_send").click().run()
    page.button(key="lab_get_send").click().run()
    assert not page.exception
    assert "201 (AWS: 403)" in said(page).replace("\u00a0", " ").replace("201  (", "201 (")
    assert "`application/octet-stream`" in page.table[1].value.iloc[0, -1]
    assert keys_in(app.bucket) == []


def test_the_clock_can_be_moved_past_the_end(open_lab: OPEN_LAB) -> None:
    page = show(press(open_lab(), "This app's exact form"), "Time")
    assert "201" in said(page)
    assert "have no known end" in said(page)
    press(page, "Just after")
    form = page.session_state["lab_form"]
    assert page.slider[0].value == (form.post.expires_at - form.signed_at).total_seconds() + 1
    assert "403 AccessDenied\nInvalid according to Policy: Policy expired." in said(page)
    page.slider[0].set_value(-10).run()
    assert "10 s before it was signed" in said(page)


def test_the_credentials_end_is_told(open_lab: OPEN_LAB, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_at = datetime.now(UTC) + timedelta(minutes=20)
    monkeypatch.setattr(Bucket, "credentials_expire_at", lambda _: ends_at)
    page = open_lab()
    assert "The credentials behind this form end in" in "\n".join(text.value for text in page.text)
    assert "lab_form" not in page.session_state
    page = show(press(page, "This app's exact form"), "Time")
    assert f"The credentials behind it end at {ends_at:%H:%M}" in said(page)


def test_the_sequence_is_the_one_of_the_last_upload(open_lab: OPEN_LAB, app: Application) -> None:
    page = show(open_lab(), "Sequence")
    assert "Upload an image, then come back" in said(page)
    image = app.server_uploads.upload(picture(), "a.jpg", who="")

    class Stored:
        stored: tuple[Any, ...] = (type("Row", (), {"image": image}),)
        is_over = True

    page.session_state["batch"] = Stored()
    page.run()
    assert not page.exception
    assert "POST the form" in said(page)
    assert "6 exchanges" in said(page)


def test_the_sequence_is_there_after_a_reload_with_the_browsers_own_part(
    open_lab: OPEN_LAB, app: Application
) -> None:
    image = app.server_uploads.upload(picture(), "a.jpg", who="")
    app.traces.put_times(image.key, BrowserTimes(3.0, 20.0, 400.0, 77.0, 9, "REQ9"))
    page = show(open_lab(), "Sequence")
    words = said(page)
    assert words.index("choose, hash") < words.index("OPTIONS: may this page POST?") < words.index("REQ9")
    assert [button.label for button in page.get("download_button")] == ["Markdown", "Mermaid", "SVG"]


def test_what_s3_says_is_masked_on_stage() -> None:
    def script() -> None:
        from uploader.errors import StorageRefused
        from uploader.ui import common

        role = "arn:aws:sts::123456789012:assumed-role/uploads-app/i-0abc"
        common.storage_fault(
            StorageRefused(f"User: {role} is not authorized to put arn:aws:s3:::team/incoming/x")
        )

    page = AppTest.from_function(script, default_timeout=30)
    assert "uploads-app" in page.run().error[0].value
    page.session_state["presenting"] = True
    assert page.run().error[0].value == "User: arn:aws:sts:•••• is not authorized to put arn:aws:s3:••••"


def test_nothing_secret_is_on_stage(open_lab: OPEN_LAB) -> None:
    page = open_lab()
    page.toggle(key="presenter_switch").set_value(True).run()
    form = page.session_state["lab_form"].post.fields
    key = form["x-amz-credential"].partition("/")[0]
    for tab in ("Anatomy", "Copy as", "Tamper", "Time", "Sequence"):
        text = said(show(page, tab))
        assert not [name for name in ("x-amz-signature", "policy") if form[name] in text]
        assert key not in text
        assert "••••" in text or tab in ("Tamper", "Time", "Sequence")


def test_presenter_mode_goes_along_to_other_pages(open_lab: OPEN_LAB) -> None:
    page = open_lab()
    page.toggle(key="presenter_switch").set_value(True).run()
    page.switch_page("upload/page.py").run()
    assert page.toggle(key="presenter_switch").value is True
    page.toggle(key="presenter_switch").set_value(False).run()
    assert "presenter_switch" not in [toggle.key for toggle in page.toggle]


@pytest.mark.parametrize(("who", "masked"), [("ada@example.com", "••••@••••.com"), ("Ada Lovelace", "••••")])
def test_people_and_links_are_masked_on_the_large_picture(
    open_lab: OPEN_LAB, app: Application, who: str, masked: str
) -> None:
    image = app.server_uploads.upload(picture(), "a.jpg", who=who)
    page = open_lab()
    for is_on in (False, True):
        page.switch_page("lab/page.py").run()
        page.toggle(key="presenter_switch").set_value(is_on).run()
        page.switch_page("gallery/page.py")
        page.query_params["image"] = image.key.rpartition("/")[2]
        page.run()
        assert not page.exception
        shown = [text.value for text in page.text]
        assert (who in shown, masked in shown) == (not is_on, is_on)
        link = page.code[1].value
        assert ("X-Amz-Signature=••••signature••••" in link) is is_on


def test_an_address_of_any_kind_opens(open_lab: OPEN_LAB) -> None:
    words = urlencode({"é": "\u202e<b>"})
    page = open_lab(metadata=words, key="incoming/lab/<b>é")
    assert "must be a-z" in "\n".join(text.value for text in page.text)


@pytest.mark.parametrize(
    "tail",
    [
        "![x](https:evil.example/p.png) [Sign in again](https:evil.example/login)",
        "![x](https:\\\\evil.example/p.png)",
        "`![x](https:evil.example/p.png)``",
        "password=`![x](https:evil.example/p.png)`",
        ":red[ 123456789012 `]",
    ],
)
@pytest.mark.parametrize("presenting", [True, False])
def test_a_key_is_read_as_text_masked_or_not(open_lab: OPEN_LAB, tail: str, presenting: bool) -> None:
    page = open_lab(key=f"incoming/lab/me@corp.example {tail}", key_is="exact")
    page.session_state["presenting"] = presenting
    page.run()
    [verdict] = page.warning
    shown = str(verdict.value)
    assert ("me@corp.example" in shown) is not presenting
    fence = re.findall("`+", shown)[0]
    outside = re.sub(rf"(?<!`){fence}(?!`).*?(?<!`){fence}(?!`)", "", shown)
    assert re.fullmatch(
        r"This form can store any image up to 5 MB at  until \d\d:\d\d, any number of times\.", outside
    )


@pytest.mark.parametrize("presenting", [True, False])
@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "signature" + " " * 1_000_000, "a=b\n" * 250_000, "a@b." * 250_000]
)
def test_what_is_typed_has_a_bound(open_lab: OPEN_LAB, text: str, presenting: bool) -> None:
    page = open_lab(
        **dict.fromkeys(("key", "type", "sent_type", "metadata", "sha256", "status", "min"), text)
    )
    page.session_state["presenting"] = presenting
    for field in (
        page.text_input(key="lab_key"),
        page.text_input(key="lab_type"),
        page.text_area(key="lab_metadata"),
    ):
        field.set_value(text)
    page.run()
    assert not page.exception
    assert "not signed" in page.warning[0].value
    assert max(map(len, said(page).splitlines())) < 20_000
    assert len(page.session_state["lab_key"]) <= 1_024
    assert len(page.session_state["lab_metadata"]) <= 4_096
    assert len(page.markdown) < 150


def test_many_names_of_metadata_are_refused_and_not_drawn(open_lab: OPEN_LAB) -> None:
    page = open_lab()
    page.text_area(key="lab_metadata").set_value("\n".join(f"a{number}=" for number in range(700))).run()
    assert "More than 50 names of metadata" in "\n".join(text.value for text in page.text)
    assert len(page.markdown) < 150


def test_an_address_of_any_length_is_put_right_without_end(open_lab: OPEN_LAB) -> None:
    page = open_lab(**{f"strange{number}": "x" for number in range(300)}, key="incoming/lab/x")
    assert page.text_input(key="lab_key").value == "incoming/lab/x"


def test_on_a_real_bucket_without_sign_in_only_exact_forms_are_sent(
    open_lab: OPEN_LAB, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.lab._is_local = False
    page = show(open_lab(), "Tamper")
    assert "UPLOADER_LAB=everyone" in page.info[0].value
    assert "lab_attack" not in [button.key for button in page.button]
    assert "Predicted" in said(page)
    press(page, "This app's exact form")
    assert "lab_attack" in [button.key for button in page.button]
