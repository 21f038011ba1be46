"""The first prompt check: what it refuses, however it is written, and what it must leave alone."""

import pytest

from accounts.policy import CATEGORIES
from generation import policy
from generation.policy import Refused, check, normalised
from generation.policy_terms import TERMS

EVERY_TERM = [(category, term) for category, terms in TERMS.items() for term in terms]


@pytest.mark.parametrize(("category", "term"), EVERY_TERM, ids=[term for _, term in EVERY_TERM])
def test_every_term_is_found_in_a_sentence(category: str, term: str) -> None:
    found = check(f"A detailed painting of {term.upper()}, oil on canvas")
    assert found is not None
    graver = list(TERMS)[: list(TERMS).index(category) + 1]
    assert found.category in graver
    # A term inside a graver or longer one is answered with that one ("revenge porn").
    assert found.term in normalised(term)


def test_every_category_is_one_of_the_policy_and_every_policy_word_has_terms() -> None:
    assert set(TERMS) == {category.code for category in CATEGORIES}


def test_the_gravest_category_answers_first() -> None:
    assert check("a nazi and a naked child") == Refused("sexual_minors", "naked child")


def test_the_longest_term_is_named() -> None:
    assert check("a suicide vest") == Refused("self_harm", "suicide")
    assert check("a neo nazi march") == Refused("hate", "neo nazi")


EVASIONS = {
    "capitals": "a NaKeD man",
    "digits for letters": "p0rn poster",
    "signs for letters": "a n@ked man",
    "cyrillic letters": "a n\u0430k\u0435d man",
    "greek letter": "a p\u03bfrn poster",
    "full width": "\uff4e\uff41\uff4b\uff45\uff44 man",
    "accents": "a n\u00e1k\u00e9d man",
    "stacked combining marks": "a n\u0301\u0302\u0303aked man",
    "zero-width space": "a na\u200bked man",
    "soft hyphen": "a na\u00adked man",
    "right-to-left override": "a \u202enaked\u202c man",
    "spaced out": "a picture of n a k e d men",
    "dotted": "a picture of n.a.k.e.d men",
    "punctuation around": "man,naked;standing",
    "line break": "man\nnaked",
    "a term over two lines": "a sex\n scene",
    "plural": "three swastikas",
    "mathematical bold": "a \U0001d427\U0001d41a\U0001d424\U0001d41e\U0001d41d man",
}


@pytest.mark.parametrize("prompt", EVASIONS.values(), ids=EVASIONS)
def test_finds_a_term_however_it_is_written(prompt: str) -> None:
    assert check(prompt) is not None


HARMLESS = [
    "a red circle on a blue background",
    "a nudge on the shoulder",
    "the town hall of Scunthorpe",
    "a map of Essex and Sussex",
    "a bunch of grapes on a table",
    "two heroines in armour",
    "a sextant on an old desk",
    "kill the lights, a long shot of the street",
    "three yellow stars over a dark blue lake, watercolour",
    "a black woman and a white man dancing",
    "a gay couple at their wedding",
    "a Muslim family at the beach",
    "a girl reading a book in a tree",
    "a doctor and a nurse",
    "Van Gogh, 1889, 50 x 60 cm",
    "a b c of animals",
    "\u6771\u4eac\u306e\u591c\u666f",
    "\u0441\u043e\u0431\u0430\u043a\u0430 \u0432 \u043f\u0430\u0440\u043a\u0435",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "",
    "\x00\x07",
    "!!!",
]


@pytest.mark.parametrize("prompt", HARMLESS)
def test_leaves_harmless_prompts_alone(prompt: str) -> None:
    assert check(prompt) is None


def test_reads_a_very_long_prompt_to_its_end() -> None:
    assert check("a quiet lake, " * 5_000 + "naked") == Refused("sexual", "naked")


def test_normalised_is_plain_words() -> None:
    assert normalised("  H\u00e9llo,\u00a0W\u043erld!! ") == "hello world"
    assert normalised("p0rn") == "p0rn"
    assert normalised("p0rn", leet=True) == "porn"
    assert normalised("s p a c e d out") == "spaced out"


def test_normalising_twice_changes_nothing_more() -> None:
    for prompt in (*EVASIONS.values(), *HARMLESS):
        assert normalised(normalised(prompt)) == normalised(prompt)


def test_no_term_is_swallowed_by_normalising() -> None:
    assert all(policy.normalised(term) for _, term in EVERY_TERM)
