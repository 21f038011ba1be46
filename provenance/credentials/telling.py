"""What Content Credentials say, laid out in plain words for the page that shows them. Pure: no Django.

All names, titles and descriptions are a stranger's words; what is said about them is ours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from provenance.credentials import codes
from provenance.credentials.history import Action, History, Ingredient, SignedManifest
from provenance.credentials.standing import (
    Line,
    Mark,
    Whose,
    in_utc,
    is_about_bytes,
    is_about_the_signer,
    lines,
)

# A page, not an archive: whoever wants all of a record downloads it.
_MOST_ACTIONS: Final = 60
_MOST_ACTIONS_IN_ALL: Final = 300
_MOST_INGREDIENTS: Final = 120
_MOST_PROBLEMS: Final = 30
# Real histories are a few levels deep; a record made to be endless is cut here.
_MOST_LEVELS: Final = 12

_RELATIONSHIPS: Final = {
    "parentOf": "The picture it was made from",
    "componentOf": "Placed in it",
    "inputTo": "Given to the program as an example",
}


@dataclass(frozen=True)
class Problem:
    """Something that does not hold: the validation code, for experts, and one plain sentence."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Step:
    """One action: our sentence, and the signer's own words beside it."""

    sentence: str
    description: str | None
    when: datetime | None
    software: str | None


@dataclass(frozen=True)
class Record:
    """One signed manifest.

    Attributes:
        steps_left_out: How many more actions it has than are shown.
        ingredients_left_out: Likewise.
    """

    urn: str
    title: str | None
    signer: str | None
    organisation: str | None
    generator: str | None
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    steps: tuple[Step, ...]
    steps_left_out: int
    ingredients: "tuple[Part, ...]"
    ingredients_left_out: int
    thumbnail: str
    soft_bindings: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A picture that went into another one.

    Attributes:
        record: What it brought along; None if it brought nothing that can be shown here.
        note: Why there is no record, in a sentence; empty if there is one.
        is_withdrawn: It is a picture of ours that was withdrawn: neither it nor its history is shown.
    """

    title: str | None
    relationship: str
    thumbnail: str
    problems: tuple[Problem, ...]
    record: Record | None
    note: str
    is_withdrawn: bool

    @property
    def has_problems(self) -> bool:
        within = self.record
        if within is None:
            return bool(self.problems)
        broken = any(line.mark is Mark.BROKEN for line in within.lines)
        return bool(self.problems or within.problems or broken) or any(
            part.has_problems for part in within.ingredients
        )


@dataclass
class _Teller:
    """Walks a history once. A manifest that is named twice, or names itself, is told where it comes first."""

    history: History
    withdrawn: frozenset[str]
    told: set[str] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    room: int = _MOST_INGREDIENTS
    room_for_steps: int = _MOST_ACTIONS_IN_ALL

    def record(self, manifest: SignedManifest, whose: Whose, level: int) -> Record:
        self.told.add(manifest.urn)
        problems = tuple(self._problems(_to_tell(manifest.failures, whose)))
        shown = manifest.actions[: min(_MOST_ACTIONS, self.room_for_steps)]
        self.room_for_steps -= len(shown)
        parts = tuple(self._parts(manifest.ingredients, level + 1))
        return Record(
            urn=manifest.urn,
            title=manifest.title,
            signer=manifest.signer,
            organisation=manifest.organisation if manifest.organisation != manifest.signer else None,
            generator=manifest.generator,
            lines=lines(manifest, whose, has_file=level == 0),
            problems=problems,
            steps=tuple(_step(action) for action in shown),
            steps_left_out=len(manifest.actions) - len(shown),
            ingredients=parts,
            ingredients_left_out=len(manifest.ingredients) - len(parts),
            thumbnail=manifest.thumbnail,
            soft_bindings=manifest.soft_bindings,
        )

    def _parts(self, ingredients: Sequence[Ingredient], level: int) -> Iterator[Part]:
        for ingredient in ingredients:
            if self.room <= 0:
                return
            self.room -= 1
            yield self._part(ingredient, level)

    def _part(self, ingredient: Ingredient, level: int) -> Part:
        is_withdrawn = ingredient.urn in self.withdrawn
        manifest = self.history.manifest(ingredient.urn) if ingredient.urn and not is_withdrawn else None
        note = self._note(ingredient, manifest, level)
        thumbnail = ingredient.thumbnail or (manifest.thumbnail if manifest else "")
        return Part(
            title=None if is_withdrawn else ingredient.title,
            relationship=_RELATIONSHIPS.get(ingredient.relationship, "Used for it"),
            thumbnail="" if is_withdrawn else thumbnail,
            problems=tuple(self._problems(_to_tell(ingredient.failures, Whose.OTHER))),
            record=self.record(manifest, Whose.OTHER, level) if manifest and not note else None,
            note=note,
            is_withdrawn=is_withdrawn,
        )

    def _note(self, ingredient: Ingredient, manifest: SignedManifest | None, level: int) -> str:
        if ingredient.urn in self.withdrawn:
            return "This is a picture of ours that we withdrew. We show neither it nor its history."
        if ingredient.urn is None:
            return "It brought no credentials of its own."
        if manifest is None:
            return "It names credentials that are not in this record, or that we left out."
        if ingredient.urn in self.told:
            return "Its credentials are shown above already."
        return "What lies deeper is in the download." if level >= _MOST_LEVELS else ""

    def _problems(self, failures: Iterable[str]) -> Iterator[Problem]:
        for code in list(dict.fromkeys(failures))[:_MOST_PROBLEMS]:
            self.said.add(code)
            yield Problem(code, codes.sentence(code))

    def elsewhere(self, whose: Whose) -> tuple[Problem, ...]:
        """Problems of the whole record that no part of it was said to have."""
        left = (code for code in _to_tell(self.history.problems, whose) if code not in self.said)
        return tuple(self._problems(left))


@dataclass(frozen=True)
class Told:
    """A whole history.

    Attributes:
        record: The manifest that speaks for the file; the others hang below it.
        problems: Of the whole record, where no single part has them.
        ingredient_problems: Some picture that went in has a problem, to be said at the top.
        cut_short: There is more in the record than is shown.
    """

    record: Record
    problems: tuple[Problem, ...]
    ingredient_problems: bool
    cut_short: bool


def tell(history: History, whose: Whose, withdrawn: frozenset[str] = frozenset()) -> Told | None:
    """Returns a history in plain words, or None if it has no manifest to tell of.

    Args:
        whose: What we know of it beyond what it says of itself.
        withdrawn: Manifests of pictures that we withdrew; nothing of them is told.
    """
    active = history.manifest(history.active) if history.active else None
    if active is None or active.urn in withdrawn:
        return None
    teller = _Teller(history, withdrawn)
    record = teller.record(active, whose, 0)
    return Told(
        record=record,
        problems=teller.elsewhere(whose),
        ingredient_problems=any(part.has_problems for part in record.ingredients),
        cut_short=history.cut_short or teller.room <= 0,
    )


def steps_in_words(manifest: SignedManifest) -> tuple[str, ...]:
    """Returns our sentences about the actions of a manifest, those about machines first."""
    by_machine = [action for action in manifest.actions if _names_ai(action)]
    ordered = by_machine + [action for action in manifest.actions if not _names_ai(action)]
    return tuple(dict.fromkeys(action.sentence for action in ordered))


def _names_ai(action: Action) -> bool:
    kind = (action.source_type or "").lower()
    return "algorithmic" in kind


def _step(action: Action) -> Step:
    return Step(action.sentence, action.description, in_utc(action.when), action.software)


def _to_tell(failures: Iterable[str], whose: Whose) -> Iterator[str]:
    """Without what a line says already: an unknown signer is no failure, and a copy has other bytes."""
    is_copy = whose is Whose.RECOVERED
    return (
        code for code in failures if not is_about_the_signer(code) and not (is_copy and is_about_bytes(code))
    )
