import math
import re

import pytest

from reports import passphrase


def test_a_passphrase_has_at_least_sixty_bits() -> None:
    assert len(set(passphrase.WORDS)) == len(passphrase.WORDS) >= 1024
    assert passphrase.WORD_COUNT * math.log2(len(passphrase.WORDS)) >= 60


def test_a_passphrase_is_five_words_of_the_list() -> None:
    words = passphrase.new_passphrase().split("-")
    assert len(words) == 5
    assert set(words) <= set(passphrase.WORDS)


def test_no_word_is_one_that_was_left_out() -> None:
    assert passphrase.LEFT_OUT.isdisjoint(passphrase.WORDS)
    every_form = re.compile(f"([{passphrase.CONSONANTS}][{passphrase.VOWELS}]){{2}}")
    assert all(every_form.fullmatch(word) for word in passphrase.LEFT_OUT), "a word that cannot occur"


def test_passphrases_differ() -> None:
    assert len({passphrase.new_passphrase() for _ in range(500)}) == 500


def test_every_word_comes_up() -> None:
    # 20 times as many draws as words: some word is missed with probability 5,590 e**-20 = 1e-5.
    draws = 20 * len(passphrase.WORDS) // passphrase.WORD_COUNT
    drawn = {word for _ in range(draws) for word in passphrase.new_passphrase().split("-")}
    assert drawn == set(passphrase.WORDS)


@pytest.mark.parametrize(
    "typed",
    [
        "bado-kimu-velo-sani-tupe",
        "BADO KIMU VELO SANI TUPE",
        "  bado kimu–velo sani\ttupe\n",
        "badokimuvelosanitupe",
        "Bado, Kimu, Velo, Sani, Tupe.",
        "ｂａｄｏ kimu velo sani tupe",
    ],
)
def test_a_passphrase_is_read_however_it_was_copied(typed: str) -> None:
    assert passphrase.read_passphrase(typed) == "bado-kimu-velo-sani-tupe"


def test_what_was_given_is_what_is_read() -> None:
    for _ in range(50):
        secret, number = passphrase.new_passphrase(), passphrase.new_number()
        assert passphrase.read_passphrase(secret) == secret
        assert passphrase.read_number(number) == number


@pytest.mark.parametrize(
    "typed", ["TR-7K3M-9QXA", "tr-7k3m-9qxa", "7K3M9QXA", " tr 7k3m 9qxa ", "TR7K3M–9QXA"]
)
def test_a_number_is_read_however_it_was_copied(typed: str) -> None:
    assert passphrase.read_number(typed) == "TR-7K3M-9QXA"


@pytest.mark.parametrize("typed", ["", "TR", "\x00", "';--", "🦊" * 40, "TR-7K3M-9QXA-AND-MORE", "ñandú"])
def test_anything_else_is_read_without_complaint(typed: str) -> None:
    assert re.fullmatch(r"TR-[A-Z0-9]{0,4}-[A-Z0-9]{0,4}", passphrase.read_number(typed))
    assert re.fullmatch(r"[a-z-]*", passphrase.read_passphrase(typed))


def test_a_number_has_no_lookalikes() -> None:
    numbers = {passphrase.new_number() for _ in range(500)}
    assert len(numbers) == 500
    assert all(re.fullmatch(r"TR-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}", number) for number in numbers)
