import numpy as np
import pytest

from watermark import keyed_bits

KEY = bytes(range(32))


# From OpenSSL 3: `openssl dgst -sha256 -mac HMAC -macopt hexkey:...` over the domains of the specification,
# combined by hand.
@pytest.mark.parametrize(
    ("payload", "sealed"),
    [
        (0, "0d776df78d399e40d35c2c5d"),
        (0x0123456789ABCDEF, "0c542890049253af4eae8a4e"),
        (2**64 - 1, "f288920872c661bf0fdde03d"),
    ],
)
def test_known_answers(payload: int, sealed: str) -> None:
    bits = keyed_bits.seal(payload, key=KEY)

    assert bits.shape == (96,)
    assert np.packbits(bits).tobytes().hex() == sealed
    assert keyed_bits.unseal(bits, key=KEY) == payload


def test_every_flipped_bit_is_noticed() -> None:
    bits = keyed_bits.seal(42, key=KEY)

    for place in range(keyed_bits.BIT_COUNT):
        flipped = bits.copy()
        flipped[place] ^= 1
        assert keyed_bits.unseal(flipped, key=KEY) is None


def test_another_key_does_not_open() -> None:
    assert keyed_bits.unseal(keyed_bits.seal(42, key=KEY), key=KEY[::-1]) is None


def test_neither_zeros_nor_ones_open() -> None:
    assert keyed_bits.unseal(np.zeros(96, np.uint8), key=KEY) is None
    assert keyed_bits.unseal(np.ones(96, np.uint8), key=KEY) is None


@pytest.mark.parametrize("payload", [-1, 2**64])
def test_payload_out_of_range_is_quoted(payload: int) -> None:
    with pytest.raises(ValueError, match=str(payload)):
        keyed_bits.seal(payload, key=KEY)


def test_short_key_is_refused_by_its_length() -> None:
    with pytest.raises(ValueError, match="got 15"):
        keyed_bits.seal(1, key=bytes(15))


def test_wrong_number_of_bits_is_quoted() -> None:
    with pytest.raises(ValueError, match=r"\(95,\)"):
        keyed_bits.unseal(np.zeros(95, np.uint8), key=KEY)
