"""Settings: what the environment may say, and how all its faults are reported at once."""

from secrets import token_hex

import pytest

from uploader.errors import SettingsInvalid
from uploader.limits import Limits, format_list, size_label
from uploader.settings import Settings

MIB = 2**20


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in os.environ:
        if name.startswith("UPLOADER_"):
            monkeypatch.delenv(name)


def test_nothing_set_means_the_local_store_and_the_default_limits() -> None:
    settings = Settings.load()
    assert settings.is_local
    assert settings.limits == Limits()


def test_the_defaults_are_the_documented_ones() -> None:
    limits = Limits()
    assert (limits.max_bytes, limits.max_pixels, limits.max_side_px) == (20 * MIB, 52_428_800, 16_383)
    assert (limits.form_expires_s, limits.link_expires_s) == (300, 3_600)
    assert limits.formats == ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIC")


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "BUCKET": "team-images",
        "REGION": "eu-west-1",
        "ENDPOINT_URL": "https://s3.example.com/",
        "PREFIX": "/team/a/",
        "FORMATS": "jpg, WebP",
        "MAX_BYTES": "1048576",
        "STRIP_METADATA": "false",
    }.items():
        monkeypatch.setenv(f"UPLOADER_{name}", value)
    settings = Settings.load()
    assert not settings.is_local
    assert settings.prefix == "team/a/"
    assert settings.endpoint_url == "https://s3.example.com"
    assert settings.limits.formats == ("JPEG", "WEBP")
    assert settings.limits.max_bytes == MIB
    assert settings.strip_metadata is False


@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("UPLOADER_BUCKET", value.strip())
    assert Settings.load().is_local


def test_every_fault_is_reported_at_once_with_its_name_and_value(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = {
        "BUCKET": "Bad_Bucket",
        "REGION": "eu west",
        "ENDPOINT_URL": "ftp://x",
        "PREFIX": "a/../b",
        "BROWSE": "photos,a/../b",
        "FRAME_ANCESTORS": "https://a.example, *; script-src *",
        "ALLOWED_HOSTS": "https://uploads.example.com",
        "MAX_BYTES": "lots",
        "MAX_PIXELS": "-1",
        "FORMATS": "JPEG,BMP",
        "FORM_EXPIRES_S": "5",
        "ALLOW_DELETE": "perhaps",
    }
    for name, value in bad.items():
        monkeypatch.setenv(f"UPLOADER_{name}", value)
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load()
    for name, value in bad.items():
        assert f"UPLOADER_{name} is {value!r}" in str(caught.value)


def test_what_is_kept_beside_a_heic_image() -> None:
    assert Settings().heic_copy_px == Limits().max_web_copy_px
    assert Settings(web_copy_px=1_600).heic_copy_px == 1_600
    assert Settings(heic="original").heic_copy_px == 0


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_SECRET_KEY", "too-short")
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load()
    assert "UPLOADER_SECRET_KEY" in str(caught.value)
    assert "too-short" not in str(caught.value)
    monkeypatch.setenv("UPLOADER_SECRET_KEY", "long-enough-to-be-taken")
    assert "long-enough" not in repr(Settings.load())


@pytest.mark.parametrize(
    ("secret", "fault"),
    [
        ("", "is empty"),
        (" " * 16, "is blank"),
        ("\n\t \n" * 8, "is blank"),
        ("a" * 16, "over and over"),
        ("0" * 64, "over and over"),
        ("abab" * 16, "over and over"),
        ("secret-" * 5, "over and over"),
        ("password" * 2, "over and over"),
        ("  short  " + " " * 20, "has 5 characters"),
    ],
)
def test_a_secret_that_anybody_can_guess_is_refused(
    monkeypatch: pytest.MonkeyPatch, secret: str, fault: str
) -> None:
    monkeypatch.setenv("UPLOADER_SECRET_KEY", secret)
    with pytest.raises(SettingsInvalid, match=f"^UPLOADER_SECRET_KEY is \\(hidden\\): .*{fault}") as caught:
        Settings.load()
    assert "secrets.token_hex(32)" in str(caught.value)


@pytest.mark.parametrize(
    "secret",
    ["0123456789012345678", token_hex(32), token_hex(8), "correct horse battery staple"],
    ids=["digits", "long", "short", "words"],
)
def test_a_random_secret_is_taken(secret: str) -> None:
    found = Settings.load(secret_key=secret).secret_key
    assert found
    assert found.get_secret_value() == secret


@pytest.mark.parametrize("name", ["ENDPOINT_URL", "PUBLIC_ORIGIN", "REGION", "BUCKET", "MAX_BYTES"])
@pytest.mark.parametrize(
    "value",
    [
        "https://ann:pa55w0rd@s3.example.com",
        "https://ann:pa55 w0rd@s3.example.com",
        "https://ann:pa55@w0rd@s3.example.com/x",
        "https://pa55w0rd@s3.example.com",
        "ftp://ann:pa55w0rd@s3.example.com",
        "ann:pa55w0rd@s3.example.com",
        "https://s3.example.com/?token=pa55w0rd",
        "https://s3.example.com/#pa55w0rd",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"UPLOADER_{name}", value)
    with pytest.raises(SettingsInvalid, match=f"UPLOADER_{name}") as caught:
        Settings.load()
    for secret in ("pa55", "w0rd"):
        assert secret not in str(caught.value)
    assert "s3.example.com" in str(caught.value)


@pytest.mark.parametrize(
    ("size_bytes", "label"),
    [(0, "0 bytes"), (1, "1 byte"), (2_048, "2 KB"), (20 * MIB, "20 MB"), (4_404_019, "4.2 MB")],
)
def test_sizes_as_people_read_them(size_bytes: int, label: str) -> None:
    assert size_label(size_bytes) == label


def test_formats_as_a_sentence_has_them() -> None:
    assert format_list(("JPEG", "WEBP", "GIF")) == "JPEG, WebP or GIF"
    assert format_list(("PNG",)) == "PNG"


def test_every_entry_that_names_nobody_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_ADMINS", "boss@corp.example, nonsense, email=boss@corp.example, *")
    monkeypatch.setenv("UPLOADER_TRUSTED_PROXIES", "10.0.0.0/8, here")
    with pytest.raises(SettingsInvalid) as caught:
        Settings.load()
    for part in ("'nonsense' cannot be used", "'email=boss@corp.example'", "networks such as 10.0.0.0/8"):
        assert part in str(caught.value)


def test_a_key_set_needs_its_header_and_audience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPLOADER_TRUSTED_JWKS_URL", "https://id.example/keys")
    with pytest.raises(SettingsInvalid, match="UPLOADER_TRUSTED_AUDIENCE must be set too"):
        Settings.load()
