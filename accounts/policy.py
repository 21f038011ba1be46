"""The content policy, as data. The page shows it, people accept it, and the prompt check refuses by it.

Each category has a code that never changes: it stands in addresses (`/policy#hate`), in refusals, in
reports and in statements of reasons. To change a sentence, raise `POLICY_VERSION` in the settings:
everybody is asked again. This module is pure, so that an auditor can read and run it alone.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of picture that may not be made here."""

    code: str
    title: str
    sentence: str
    example: str


@dataclass(frozen=True, slots=True)
class UseRule:
    """One rule on how pictures made here may be used."""

    code: str
    title: str
    sentence: str


CATEGORIES = (
    Category(
        "hate",
        "Hate",
        "Nothing that demeans people, or calls them less than human, for what they are: origin, religion, "
        "disability, sex, gender, sexual orientation, age or caste.",
        "A group of people drawn as vermin; the symbols of a hate group shown with approval.",
    ),
    Category(
        "harassment",
        "Harassment",
        "Nothing made to mock, threaten or bully a person, or to make others do so.",
        "A neighbour's face on a body that is meant to humiliate them.",
    ),
    Category(
        "violence",
        "Violence",
        "No acts of violence, and nothing that praises suffering or asks for it.",
        "A person being shot; a crowd that celebrates an attack.",
    ),
    Category(
        "self_harm",
        "Self-harm",
        "Nothing that shows suicide, cutting, disordered eating or other harm to oneself, or encourages it.",
        "A picture that makes starving oneself look like a goal.",
    ),
    Category(
        "sexual",
        "Sexual content",
        "No nudity, no sexual acts, and nothing else that is meant to arouse.",
        "A naked person; a sexual act, drawn or photographic, however it is worded.",
    ),
    Category(
        "sexual_minors",
        "Sexual content about children",
        "Nothing sexual or suggestive that involves anybody who is, or looks, under eighteen. There is no "
        "exception: not for drawings, not for stories. The account is suspended and the case is passed on as "
        "the law asks.",
        "A child in a sexual pose or setting, in any style.",
    ),
    Category(
        "shocking",
        "Shocking content",
        "No body fluids, no obscene gestures, no open wounds, and nothing else made mainly to disgust.",
        "A close view of a mutilated body.",
    ),
    Category(
        "illegal",
        "Illegal acts",
        "No drug use, theft, vandalism, trade in weapons or other crime, shown as something to do.",
        "A picture that shows how to cook a drug.",
    ),
    Category(
        "deception",
        "Deception",
        "Nothing made to be taken for a record of something that did not happen, and no forged documents, "
        "signatures, seals or screenshots.",
        "A bank statement in another person's name; a disaster in a named city, in the style of the news.",
    ),
    Category(
        "political",
        "Politics",
        "No politicians, ballots, protests or campaign material, and nothing meant to move a vote.",
        "A candidate at an event that never took place.",
    ),
    Category(
        "public_health",
        "Public and personal health",
        "Nothing about the treatment, prevention, diagnosis or spread of disease, and no picture that people "
        "could take for medical advice.",
        "A product shown as the cure of an illness.",
    ),
)

USE_RULES = (
    UseRule(
        "personal",
        "For yourself, not for sale",
        "Use pictures for personal exploration and for research. Do not sell, license or trade them, and do "
        "not use them in advertising.",
    ),
    UseRule(
        "say_so",
        "Say that the picture was made by AI",
        "When you share a picture, say that it was generated. Do not crop away the signature in its corner, "
        "and do not try to remove the marks that let it be traced.",
    ),
    UseRule(
        "rights",
        "Respect the rights of others",
        "Do not ask for pictures that copy protected works, characters or trade marks, and do not bring in "
        "pictures that you may not use.",
    ),
    UseRule(
        "consent",
        "Ask the people who are shown",
        "Do not make a picture of a person who has not agreed to it. That includes people in public life.",
    ),
)

_BY_CODE = MappingProxyType({category.code: category for category in CATEGORIES})


def category(code: str) -> Category:
    """Returns the category with this code.

    Raises:
        KeyError: there is none; codes come from this module, so this is an error of the program.
    """
    return _BY_CODE[code]
