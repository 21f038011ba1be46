import pytest
from pytest_django import Settings

from provenance.marking_keys import MarkingKey, all_keys

FIRST, SECOND = "the present value of the setting", "an earlier value of the setting"


def test_the_present_key_comes_first(settings: Settings) -> None:
    settings.WATERMARK_KEYS = [FIRST, SECOND]
    first, second = all_keys()
    settings.WATERMARK_KEYS = [SECOND]
    assert all_keys() == (second,)
    assert first != second


def test_a_key_is_derived_always_in_the_same_way(settings: Settings) -> None:
    """Known answer: a change of the derivation would make every earlier picture unreadable."""
    settings.WATERMARK_KEYS = ["known"]
    assert all_keys() == (
        MarkingKey(
            "03524eee8b6749f2",
            bytes.fromhex("7c594dd46f29fc63d4bb27a98025d206aa46426e83e6f548f702a6727e3f7d75"),
        ),
    )


@pytest.mark.parametrize("value", [[f" {FIRST} ", ""], [FIRST, "  "], ["", FIRST]])
def test_blanks_around_and_between_keys_do_not_count(settings: Settings, value: list[str]) -> None:
    settings.WATERMARK_KEYS = [FIRST]
    plain = all_keys()
    settings.WATERMARK_KEYS = value
    assert all_keys() == plain


def test_a_key_is_long_enough_and_its_name_says_nothing_of_it(settings: Settings) -> None:
    settings.WATERMARK_KEYS = [FIRST]
    (key,) = all_keys()
    assert (len(key.secret), len(key.id)) == (32, 16)
    assert key.id not in key.secret.hex()


def test_no_secret_gets_into_a_log(settings: Settings) -> None:
    settings.WATERMARK_KEYS = [FIRST]
    (key,) = all_keys()
    for text in (repr(key), str(key), f"{[key]}"):
        assert key.secret.hex() not in text
        assert repr(key.secret) not in text
        assert FIRST not in text
