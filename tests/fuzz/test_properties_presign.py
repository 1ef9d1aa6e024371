"""What holds for every key, pass, ticket, text and form."""

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fuzz.examples import examples
from tests.fuzz.strategies import ANY_TEXT, THINGS
from tests.fuzz.targets import SIGNER
from tests.support.forms import ACCESS, BUCKET, IN_AN_HOUR, NOW, REGION, SECRET, digest, encode, form, signing
from uploader.errors import PassInvalid, TicketInvalid
from uploader.flow.catalog import index_keys
from uploader.flow.catalog.layout import Layout
from uploader.presign import PostRules, Ticket, Verdict, judge, object_keys
from uploader.presign.policy import decode_text, encode_text
from uploader.presign.sigv4 import read_scope, sign
from uploader.storage.bucket import Bucket

MOMENTS = st.datetimes(datetime(1970, 1, 1), timezones=st.just(UTC))
TOKENS = st.text("0123456789abcdef", min_size=32, max_size=32)
PLAIN = st.text(max_size=40)
SHAPE = re.compile(r"[0-9a-f]{12}-[0-9a-f]{32}-[A-Za-z0-9._-]{1,180}(?:/-[A-Za-z0-9._-]{1,180})*\.jpg")


@examples(300)
@given(ANY_TEXT, MOMENTS, TOKENS)
def test_any_name_makes_a_key_of_one_shape_that_tells_its_moment(
    name: str, moment: datetime, token: str
) -> None:
    made = object_keys.new_key(name, "jpg", now=moment, token=token, prefix="team/images/")
    parts = object_keys.parse_key(made)
    assert SHAPE.fullmatch(made.removeprefix("team/images/"))
    assert (parts.folder, parts.token) == ("team/images/", token)
    whole = name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if whole == name and len(name) < 100:
        assert parts.name == (name.rpartition("/")[2].strip() or "image.jpg")
    assert timedelta(0) <= moment - object_keys.uploaded_at(made) < timedelta(milliseconds=1)
    assert Layout("team/").thumbnail_key(made) == f"team/thumbnails/{parts.stem}.jpg"


@examples(200)
@given(MOMENTS, MOMENTS, TOKENS, TOKENS)
def test_keys_sort_newest_first(one: datetime, other: datetime, token: str, second: str) -> None:
    older, newer = sorted((one, other))
    if newer - older < timedelta(milliseconds=1):
        newer = older
    made = [
        object_keys.new_key("a", "jpg", now=now, token=word)
        for now, word in ((newer, token), (older, second))
    ]
    assert made == sorted(made) or newer == older


def _ticket(who: str, name: str) -> Ticket:
    return Ticket(who, "incoming/x", "images/x", name, "image/jpeg", 9, "a" * 64, 2**33)


@examples(200)
@given(PLAIN, PLAIN)
def test_passes_and_tickets_say_what_they_were_told(who: str, name: str) -> None:
    assert SIGNER.read_pass(SIGNER.mint_pass(who, now=NOW), now=NOW).label == who
    ticket = _ticket(who, name)
    assert SIGNER.read_ticket(SIGNER.mint_ticket(ticket), who=who, now=NOW) == ticket
    assert SIGNER.read_selection(SIGNER.mint_selection([who, name], now=NOW), now=NOW).keys == (who, name)


@examples(300)
@given(PLAIN, st.data())
def test_one_changed_letter_is_refused(name: str, data: st.DataObject) -> None:
    readers: dict[str, Callable[[str], object]] = {
        SIGNER.mint_pass(name, now=NOW): lambda text: SIGNER.read_pass(text, now=NOW),
        SIGNER.mint_ticket(_ticket("ada", name)): lambda text: SIGNER.read_ticket(text, who="ada", now=NOW),
        SIGNER.mint_selection([name], now=NOW): lambda text: SIGNER.read_selection(text, now=NOW),
    }
    for good, read in readers.items():
        # the last letter of a signature holds two bits that mean nothing
        place = data.draw(st.integers(0, len(good) - 2))
        letter = data.draw(st.characters(codec=None, exclude_categories=()))
        changed = good[:place] + letter * data.draw(st.integers(0, 2)) + good[place + 1 :]
        if changed != good:
            with pytest.raises((PassInvalid, TicketInvalid)) as refused:
                read(changed)
            assert str(refused.value).endswith(".")


@examples(300)
@given(ANY_TEXT, st.integers(0, 99))
def test_texts_come_back_up_to_the_cut(text: str, most: int) -> None:
    clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    coded = encode_text(text, max_bytes=most)
    found = decode_text(coded)
    assert coded.isascii()
    assert len(coded) <= most
    assert clean.startswith(found)
    assert found == clean or len(encode_text(clean[: len(found) + 1])) > most


RULES = st.builds(
    PostRules,
    key=PLAIN.filter(lambda key: key and "$" not in key),
    content_type=st.sampled_from(["image/png", "image/jpeg", "a,b"]),
    size_bytes=st.integers(0, 2**32),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    metadata=st.dictionaries(st.text("abc-", min_size=1), st.text("aZ %", max_size=9), max_size=3),
)


@functools.cache
def _bucket() -> Bucket:
    return Bucket.open(BUCKET, region=REGION, access_key=ACCESS, secret_key=SECRET)


@examples(100)
@given(RULES, st.data())
def test_what_we_sign_is_taken_and_each_single_change_is_refused(
    rules: PostRules, data: st.DataObject
) -> None:
    now = datetime.now(UTC)
    fields = dict(_bucket().presign_post(rules, expires_s=300, now=now).fields)
    assert {name.lower() for name in rules.fields()} <= {
        str(next(iter(c)) if isinstance(c, dict) else c[1]).lower().strip("$") for c in rules.conditions()
    }

    def judged(
        sent: dict[str, str], size: int = rules.size_bytes, sha: str = rules.sha256, late_s: int = 0
    ) -> Verdict:
        return judge(
            sent, size_bytes=size, sha256=sha, bucket=BUCKET, now=now + timedelta(seconds=late_s),
            secret_key=SECRET, access_key=ACCESS, region=REGION,
        )  # fmt: skip

    assert judged(fields).status == 201
    name = data.draw(st.sampled_from(sorted(fields)))
    other = data.draw(PLAIN.filter(lambda value: value != fields[name]))
    assert judged({**fields, name: other}).code
    assert judged({key: value for key, value in fields.items() if key != name}).code
    assert judged({**fields, "x-amz-meta-more": other}).code
    assert judged(fields, size=rules.size_bytes + 1).code
    assert judged(fields, sha="f" * 63 + ("0" if rules.sha256[-1] == "f" else "f")).code
    assert judged(fields, late_s=302).code


CLAUSES = THINGS | st.tuples(
    st.sampled_from(["eq", "starts-with", "content-length-range"]),
    LEAF := PLAIN | st.integers(0) | st.just(10**400),
    LEAF,
).map(list)
NAMES = st.sampled_from(
    [*form(), "acl", "tagging", "x-amz-storage-class", "success_action_redirect", "Signature"]
)


@examples(400)
@given(
    st.dictionaries(NAMES | ANY_TEXT, ANY_TEXT, max_size=3),
    st.lists(CLAUSES, max_size=3),
    st.integers(0) | st.just(10**400),
    st.datetimes(timezones=st.just(UTC)) | st.just(NOW),
    ANY_TEXT,
    st.booleans(),
)
@example({"x-amz-credential": f"{ACCESS}/20260201/\ud800/s3/aws4_request"}, [], 1, NOW, "", False)
@example({}, [["content-length-range", 0, 10**400]], 1, NOW, "", True)
def test_every_form_gets_a_verdict(
    change: dict[str, str], clauses: list[Any], size: int, now: datetime, filename: str, resigned: bool
) -> None:
    exact = [{"bucket": BUCKET}, {"key": "k"}, *({name: value} for name, value in signing(NOW).items())]
    policy = encode({"expiration": IN_AN_HOUR, "conditions": [*exact, *clauses]})
    sent = {"key": "k", **signing(NOW), "policy": policy, "x-amz-signature": "0", **change}
    if resigned:
        sent["x-amz-signature"] = sign(policy, SECRET, read_scope(signing(NOW)["x-amz-credential"]))
    for region in (None, REGION):
        found = judge(
            sent, size_bytes=size, sha256=digest(), bucket=BUCKET, now=now, secret_key=SECRET,
            region=region, filename=filename, accepts_sigv2=resigned, allows_acl=resigned,
        )  # fmt: skip
        assert found.status < 300 or found.status == 303 or found.message
        assert found.rule.sentence.endswith((".", "}", "]")), found.rule.sentence


@examples(200)
@given(PLAIN, st.text("0123456789abcdef", min_size=16, max_size=16), st.integers(0, 63))
def test_names_of_the_index_come_back(who: str, likeness: str, bit: int) -> None:
    name = object_keys.image_part(object_keys.new_key(who, "jpg", now=NOW, token="0" * 32))
    assert index_keys.person_from_key(index_keys.person(who)) == who
    assert index_keys.who_folder(who).removeprefix("index/who/").count("/") == 1
    folders = index_keys.likeness_folders(likeness)
    for folder in folders:
        assert index_keys.image_name(f"{folder}{name}-{likeness}") == name
        assert index_keys.hash_from_key(f"{folder}{name}-{likeness}") == likeness
    near = f"{int(likeness, 16) ^ 1 << bit:016x}"
    assert index_keys.distance(likeness, near) == 1
    assert len(set(folders) & set(index_keys.likeness_folders(near))) == len(folders) - 1
