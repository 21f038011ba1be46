"""What a query's value means, and that the names are those that stamping writes."""

import base64

import pytest

from provenance import detection, stamping
from provenance.credentials.binding_values import ALGORITHMS, NotBase64, payload_of

PAYLOAD = 0xFBEF00112233445F
TEXT = f"{PAYLOAD:016x}"


def test_the_names_are_those_in_our_manifests() -> None:
    assert {
        stamping.watermark_alg(name): name for name in detection.MARKED_WITH
    }.items() <= ALGORITHMS.items()


@pytest.mark.parametrize(
    "value",
    [
        base64.b64encode(TEXT.encode()).decode(),
        base64.urlsafe_b64encode(TEXT.encode()).decode(),
        base64.b64encode(PAYLOAD.to_bytes(8)).decode(),
        base64.urlsafe_b64encode(PAYLOAD.to_bytes(8)).decode(),
        TEXT,
        # As docs/soft-binding-resolution.md has them.
        "ZmJlZjAwMTEyMjMzNDQ1Zg==",
        "++8AESIzRF8=",
        "fbef00112233445f",
    ],
)
def test_every_form_of_one_payload(value: str) -> None:
    assert payload_of(value) == PAYLOAD


@pytest.mark.parametrize(
    "value", [b"", b"seven b", b"nine byte", TEXT.upper().encode(), TEXT[:-1].encode(), TEXT.encode() + b"0"]
)
def test_a_value_that_means_no_payload(value: bytes) -> None:
    assert payload_of(base64.b64encode(value).decode()) is None


@pytest.mark.parametrize("value", ["a", "%%%%", "YWJj\n", "YWJ", "grün", "YW Jj"])
def test_what_is_not_base64(value: str) -> None:
    with pytest.raises(NotBase64):
        payload_of(value)
