"""Case numbers and passphrases: how they are made, and how what a person types is read.

A passphrase is five invented words of the form consonant-vowel-consonant-vowel, such as
`bado-kimu-velo-sani-tupe`. Such words can be read out on the telephone and copied from paper without a
question about 0 or O. 15 consonants and 5 vowels give 5,625 words, less the few left out: 12.4 bits a word
and 62 bits in all. Only its hash is stored; nobody can recover it.

A case number is `TR-` and twice four characters from an alphabet without look-alikes. It is random so that
cases can neither be guessed nor counted, but it is no secret.
"""

import itertools
import re
import secrets
import unicodedata
from typing import Final

# Without c, q, w, x, y and h: they sound different from language to language, or not at all.
CONSONANTS: Final = "bdfgjklmnprstvz"
VOWELS: Final = "aeiou"
# Nobody who reports an abuse should be handed one of these; from English, Spanish, French and German.
LEFT_OUT: Final = frozenset({
    "dago", "dike", "fuka", "fuki", "fuko", "gape", "jude", "kaka", "kike", "koka", "lube", "mata", "nazi",
    "niga", "nige", "nigo", "nude", "paki", "pede", "pedo", "pene", "pipi", "popo", "pota", "puke", "puki",
    "pupu", "puta", "pute", "puto", "rape", "sado", "sida", "tito", "zizi",
})  # fmt: skip
WORDS: Final = tuple(
    word
    for word in map("".join, itertools.product(CONSONANTS, VOWELS, CONSONANTS, VOWELS))
    if word not in LEFT_OUT
)
WORD_COUNT: Final = 5

# No 0, 1, I, L, O or U.
NUMBER_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_PREFIX: Final = "TR"
_GROUP: Final = 4


def new_passphrase() -> str:
    """Returns five random words joined by hyphens."""
    return "-".join(secrets.choice(WORDS) for _ in range(WORD_COUNT))


def new_number() -> str:
    """Returns a random case number; that it is free is the caller's to make sure of."""
    symbols = "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(2 * _GROUP))
    return f"{_NUMBER_PREFIX}-{symbols[:_GROUP]}-{symbols[_GROUP:]}"


def read_passphrase(typed: str) -> str:
    """Returns what was typed as the passphrase is hashed: capitals, blanks and hyphens do not matter."""
    letters = re.sub(r"[^a-z]", "", unicodedata.normalize("NFKC", typed).lower())
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def read_number(typed: str) -> str:
    """Returns what was typed in the form of a case number; anything else becomes a number nobody has."""
    symbols = re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKC", typed).upper())
    symbols = symbols.removeprefix(_NUMBER_PREFIX)[: 2 * _GROUP]
    return f"{_NUMBER_PREFIX}-{symbols[:_GROUP]}-{symbols[_GROUP:]}"
