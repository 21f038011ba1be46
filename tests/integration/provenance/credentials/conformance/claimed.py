"""The active manifest of a crJSON document, and the list of rules that it is held against."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]
Rule = Callable[["Claimed"], Iterator[str]]

RULES: Final[dict[str, Rule]] = {}


@dataclass(frozen=True)
class Claimed:
    """The active manifest of a crJSON document."""

    crjson: Json

    @property
    def manifest(self) -> Json:
        found: Json = self.crjson["manifests"][0]
        return found

    @property
    def claim(self) -> Json:
        found: Json = self.manifest.get("claim.v2", {})
        return found

    @property
    def assertions(self) -> Json:
        found: Json = self.manifest["assertions"]
        return found

    @property
    def action_lists(self) -> dict[str, Json]:
        return {label: data for label, data in self.assertions.items() if "actions" in data}

    @property
    def actions(self) -> list[Json]:
        return [action for data in self.action_lists.values() for action in data["actions"]]

    @property
    def ingredients(self) -> dict[str, Json]:
        return self.labelled("c2pa.ingredient.v3")

    def named(self, *names: str) -> list[Json]:
        """The actions of these names."""
        return [action for action in self.actions if action["action"] in names]

    def labelled(self, label: str) -> dict[str, Json]:
        """The assertions of that label; a second one has the suffix `__1`."""
        return {found: data for found, data in self.assertions.items() if kind(found) == label}

    def codes(self, which: str) -> list[str]:
        return [entry["code"] for entry in self.manifest.get("validationResults", {}).get(which, [])]

    def referenced(self, which: str) -> list[str]:
        """Labels in `created_assertions` or `gathered_assertions`."""
        return [label_of(entry["url"]) for entry in self.claim.get(which, [])]


def rule(checked: Rule) -> Rule:
    RULES[checked.__name__] = checked
    return checked


def kind(label: str) -> str:
    return label.split("__", maxsplit=1)[0]


def label_of(url: str) -> str:
    return url.rsplit("/", 1)[-1]


def digest(value: str) -> bytes:
    """The bytes of crJSON's form of a byte string, b64'...'."""
    return base64.b64decode(value.removeprefix("b64'").removesuffix("'"), validate=True)


def used_by(action: Json) -> list[str]:
    """Labels of the ingredients that an action names."""
    return [label_of(entry["url"]) for entry in action.get("parameters", {}).get("ingredients", [])]
