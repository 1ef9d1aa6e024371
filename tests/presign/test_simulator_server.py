"""The simulator against a real server: over a thousand forms. A difference without a reason fails."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings

from tests.support.forms import form, signing
from tests.support.generated_forms import NEVER, cases
from tests.support.server_differences import DIFFERENCES, Answer, Case, code_in, verdict_of
from uploader.storage.local import LocalStore


def answer_of(case: Case, store: LocalStore) -> Answer:
    url = f"{store.endpoint_url}/{case.bucket}/"
    sent = requests.post(
        url, data=case.fields, files={"file": (case.filename, case.body, "image/png")}, allow_redirects=False
    )
    return sent.status_code, code_in(sent.text)


def expected_of(case: Case, seen: Counter[str]) -> Answer:
    """What the server should say: the simulator's verdict, with the named differences put in."""
    verdict = verdict_of(case)
    for _ in range(20):
        difference = next((each for each in DIFFERENCES if each.applies(case, verdict)), None)
        if difference is None:
            return verdict.status, verdict.code
        seen[difference.reason] += 1
        instead = difference.instead
        found = instead(case, verdict) if callable(instead) else instead
        if isinstance(found, tuple):
            return found
        case, verdict = found, verdict_of(found)
    raise AssertionError("the differences go round in circles")


def test_they_agree_but_for_the_named_differences(store: LocalStore) -> None:
    differ: dict[str, Any] = {}
    seen: Counter[str] = Counter()

    @settings(
        max_examples=1_200,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(store))
    def ask(case: Case) -> None:
        verdict, actual, expected = verdict_of(case), answer_of(case, store), expected_of(case, seen)
        seen[verdict.rule.kind] += 1
        if actual != expected:
            differ.setdefault(f"{verdict.rule}: {expected} expected, {actual} found", case)

    ask()
    assert not differ
    kinds = (
        "access-key",
        "signature",
        "policy",
        "expiration",
        "condition",
        "extra-field",
        "form-value",
        "size",
        "checksum",
        "accepted",
    )
    assert [name for name in (*kinds, *(each.reason for each in DIFFERENCES)) if not seen[name]] == []


MALFORMED_CREDENTIAL = (400, "AuthorizationQueryParametersError")
SHAPES_THAT_DIFFER = [
    ("no key: another code", ["key"], {}, (400, "InvalidArgument"), (400, "InvalidRequest")),
    (
        "no signature: a wrong one",
        ["x-amz-signature"],
        {},
        (400, "InvalidArgument"),
        (403, "SignatureDoesNotMatch"),
    ),
    (
        "no policy: a wrong signature",
        ["policy"],
        {},
        (400, "InvalidArgument"),
        (403, "SignatureDoesNotMatch"),
    ),
    (
        "no algorithm: a failed condition",
        ["x-amz-algorithm"],
        {},
        (400, "InvalidArgument"),
        (403, "AccessDenied"),
    ),
    ("no date: a failed condition", ["x-amz-date"], {}, (400, "InvalidArgument"), (403, "AccessDenied")),
    (
        "no credential: the code of a signed link",
        ["x-amz-credential"],
        {},
        (400, "InvalidArgument"),
        MALFORMED_CREDENTIAL,
    ),
    (
        "a malformed credential: the code of a signed link",
        [],
        {"x-amz-credential": "me"},
        (400, "InvalidArgument"),
        MALFORMED_CREDENTIAL,
    ),
    (
        "nothing signed: asks for a credential",
        ["policy", "x-amz-signature", *signing(datetime.now(UTC))],
        {},
        (403, "AccessDenied"),
        MALFORMED_CREDENTIAL,
    ),
    (
        "a form over 20 KB is accepted",
        [],
        {"x-ignore-padding": "x" * 20_480},
        (400, "MaxPostPreDataLengthExceeded"),
        (204, ""),
    ),
]


@pytest.mark.parametrize("row", SHAPES_THAT_DIFFER, ids=lambda row: row[0])
def test_a_form_of_the_wrong_shape(
    store: LocalStore, row: tuple[str, list[str], dict[str, str], Answer, Answer]
) -> None:
    _, missing, changed, by_referee, by_server = row
    good = form(
        expiration=NEVER,
        when=datetime.now(UTC),
        bucket=store.bucket,
        access=store.access_key,
        secret=store.secret_key,
        region=store.region,
    )
    fields = {name: value for name, value in {**good, **changed}.items() if name not in missing}
    case = Case(fields, b"", store.access_key, store.secret_key)
    verdict = verdict_of(case)
    assert ((verdict.status, verdict.code), answer_of(case, store)) == (by_referee, by_server)
