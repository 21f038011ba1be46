"""The first prompt check: a word list by policy category over normalised text. Pure: an auditor can read it.

It names a category and the term that was found, so that a refusal can be understood and appealed. It is a
floor, not a judge: it cannot see what is meant, only what is said.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

from confusable_homoglyphs import confusables

from generation.policy_terms import TERMS

# Digits and signs that stand for letters ("p0rn", "s3x"); at a word's end they are punctuation ("p0rn!").
_LEET: Final = str.maketrans("0134578@$!", "oieastbasi")
_CLOSING_SIGN: Final = re.compile(r"(?<=\w)[@$!]+(?!\w)")
_NOT_LETTERS: Final = re.compile(r"[^a-z0-9]+")
# "n u d e" and "n.u.d.e": four or more single letters in a row are read as one word.
_SPACED_OUT: Final = re.compile(r"(?<![a-z0-9])(?:[a-z0-9] ){3,}[a-z0-9](?![a-z0-9])")


@dataclass(frozen=True)
class Refused:
    """Why a prompt is refused: a category code of accounts.policy and the term as the list has it."""

    category: str
    term: str


def check(prompt: str) -> Refused | None:
    """Returns the first violation in `prompt`, gravest category first, or None if it may be drawn."""
    plain = normalised(prompt)
    for text in (plain, normalised(prompt, leet=True)):
        for category, pattern in _patterns():
            found = pattern.search(text)
            if found:
                return Refused(category, found.group(1))
    return None


def normalised(prompt: str, *, leet: bool = False) -> str:
    """Returns `prompt` as lower-case a-z, 0-9 and single spaces, with look-alike letters made plain.

    Args:
        leet: Also read digits and signs inside words as the letters that they stand for.
    """
    text = unicodedata.normalize("NFKD", prompt)
    text = "".join(c for c in text if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    text = "".join(_latin(c) for c in text).casefold()
    if leet:
        text = _CLOSING_SIGN.sub(" ", text).translate(_LEET)
    text = _NOT_LETTERS.sub(" ", text).strip()
    return _SPACED_OUT.sub(lambda match: match.group().replace(" ", ""), text)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """One pattern a category, with plural endings; the longest term first so that the answer is exact."""
    compiled = []
    for category, terms in TERMS.items():
        words = sorted(
            {_NOT_LETTERS.sub(" ", term.casefold()).strip() for term in terms}, key=len, reverse=True
        )
        compiled.append((category, re.compile(rf"(?<![a-z0-9])({'|'.join(words)})s?(?![a-z0-9])")))
    return tuple(compiled)


@cache
def _latin(character: str) -> str:
    """Returns the Latin letter that a Cyrillic, Greek or other letter passes for; itself otherwise."""
    if character.isascii():
        return character
    found = confusables.is_confusable(character, greedy=True, preferred_aliases=["latin"])
    for entry in found or []:
        for likeness in entry["homoglyphs"]:
            if likeness["c"].isascii() and likeness["c"].isalpha():
                return str(likeness["c"])
    return character
