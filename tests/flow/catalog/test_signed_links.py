"""Signed links: each lives as long as it says, whatever else is asked of the same object."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from uploader.flow.catalog.signed_links import SignedLinks
from uploader.limits import MAX_SIGNATURE_LIFE_S
from uploader.storage.bucket import Bucket

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BUCKET = Bucket.open(
    "team-images", region="eu-west-1", endpoint_url="http://127.0.0.1:9", access_key="a", secret_key="b"
)
LIVES = st.integers(60, MAX_SIGNATURE_LIFE_S)


def life_s(url: str) -> int:
    return int(parse_qs(urlsplit(url).query)["X-Amz-Expires"][0])


@example(18_000, [3_600])
@given(LIVES, st.lists(LIVES, min_size=1, max_size=3))
def test_a_link_lives_as_long_as_it_was_asked_to(setting_s: int, wanted: list[int]) -> None:
    links = SignedLinks(BUCKET, expires_s=setting_s, clock=lambda: NOW)
    for _ in range(2):  # the second time from what is kept
        assert life_s(links.link("images/a.jpg")) == setting_s
        for expires_s in wanted:
            url, ends_at = links.share_link("images/a.jpg", expires_s=expires_s)
            assert life_s(url) == expires_s
            assert ends_at == NOW + timedelta(seconds=expires_s)


@given(LIVES, st.floats(0, 1))
def test_a_link_to_hand_on_has_most_of_its_life_before_it(expires_s: int, part: float) -> None:
    now = [NOW]
    links = SignedLinks(BUCKET, expires_s=3_600, clock=lambda: now[0])
    links.share_link("images/a.jpg", expires_s=expires_s)
    now[0] += timedelta(seconds=expires_s) * part
    _, ends_at = links.share_link("images/a.jpg", expires_s=expires_s)
    assert ends_at - now[0] >= timedelta(seconds=expires_s) * 0.9
