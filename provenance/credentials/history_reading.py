"""The history of a file, made from the report of the C2PA reader. Pure.

Two kinds of results stand in a report, and they are not worth the same. What the reader found just now about
the file's own manifest and about ingredients (`validation_results`), and what a signer says that it found
when it took an ingredient in (`ingredients[].validation_results`). The reader leaves out of the first what it
finds in the second, so both are needed; but a signer may write anything, so that its word can only add doubt:
trust needs the reader's own chain to an anchor, and no word against it anywhere.
"""

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from provenance.credentials.codes import Finding, finding, is_failure, known
from provenance.credentials.history import (
    MAX_MANIFESTS,
    MAX_THUMBNAILS,
    STATES,
    Action,
    History,
    Ingredient,
    SignedManifest,
    codes,
)
from provenance.credentials.strangers_json import MAX_ENTRIES, dotted, mapping, moment, sequence, text

# A row and a pipe hold this much of one history besides its thumbnails, as JSON. A chain of eight edits by
# common programs has about 30 kB.
MAX_CHARACTERS: Final = 2**20

_MANIFEST_IN: Final = re.compile(r"jumbf=/?c2pa/([^/]+)")
_KINDS: Final = ("success", "informational", "failure")
# That the signer left a part of the file besides the record out of what the signature covers. Not the code of
# files made of boxes (`bmffHash`): the reader says it of what the library itself leaves out of each AVIF.
_PARTIAL: Final = frozenset(
    f"assertion.{binding}Hash.additionalExclusionsPresent" for binding in ("data", "boxes")
)


@dataclass
class _Statuses:
    """Codes about one manifest: `found` by the reader now, `recorded` by who took it in."""

    found: set[str] = field(default_factory=set)
    recorded: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)


class _Report:
    """A reader's report, whose every part may have any shape."""

    def __init__(self, report: dict[str, Any], thumbnails: Mapping[str, str]) -> None:
        self.results = mapping(report.get("validation_results"))
        self.manifests = mapping(report.get("manifests"))
        self.active = str(report.get("active_manifest"))
        self.thumbnails = thumbnails
        self.thumbnails_left = MAX_THUMBNAILS
        self.statuses: dict[str, _Statuses] = {}
        self.by_ingredient: dict[tuple[str, str], list[str]] = {}
        self._read_own_results()
        self._read_recorded_results()

    def _read_own_results(self) -> None:
        for code, url, failed in _entries(self.results.get("activeManifest")):
            self._note(_manifest_in(url) or self.active, code, failed, recorded=False)
        for delta in map(mapping, sequence(self.results.get("ingredientDeltas"))):
            place = str(delta.get("ingredientAssertionURI"))
            holder, label = _manifest_in(place) or self.active, place.rpartition("/")[2]
            for code, url, failed in _entries(delta.get("validationDeltas")):
                if failed:
                    self.by_ingredient.setdefault((holder, label), []).append(code)
                self._note(_manifest_in(url) or holder, code, failed, recorded=False)

    def _read_recorded_results(self) -> None:
        for holder, manifest in self.manifests.items():
            for ingredient in map(mapping, sequence(mapping(manifest).get("ingredients"))):
                urn = ingredient.get("active_manifest")
                for code, url, failed in _recorded(ingredient):
                    if failed:
                        place = (holder, str(ingredient.get("label")))
                        self.by_ingredient.setdefault(place, []).append(code)
                    about = _manifest_in(url) or urn
                    if isinstance(about, str) and about != self.active:
                        self._note(about, code, failed, recorded=True)

    def _note(self, urn: str, code: str, failed: bool, *, recorded: bool) -> None:
        statuses = self.statuses.setdefault(urn, _Statuses())
        (statuses.recorded if recorded else statuses.found).add(code)
        if failed:
            statuses.failures.append(code)

    def in_order(self) -> Iterator[str]:
        """Names of the manifests, the active one first and then as far as they are from it."""
        waiting, seen = deque([self.active]), {self.active}
        while waiting:
            urn = waiting.popleft()
            if urn in self.manifests:
                yield urn
            ingredients = map(mapping, sequence(mapping(self.manifests.get(urn)).get("ingredients")))
            for name in [ingredient.get("active_manifest") for ingredient in ingredients]:
                if isinstance(name, str) and name not in seen:
                    seen.add(name)
                    waiting.append(name)
        yield from (urn for urn in self.manifests if urn not in seen)

    def manifest(self, urn: str) -> SignedManifest:
        fields = mapping(self.manifests.get(urn))
        signature = mapping(fields.get("signature_info"))
        statuses = self.statuses.get(urn, _Statuses())
        stamp = _time_stamp(statuses)
        stamped_at = moment(signature.get("time")) if stamp in ("trusted", "untrusted") else None
        return SignedManifest(
            urn=text(urn) or "",
            title=text(fields.get("title")),
            signer=text(signature.get("common_name")) or text(signature.get("issuer")),
            organisation=text(signature.get("issuer")),
            generator=generator(fields),
            trust=_trust(statuses, is_active=urn == self.active),
            signed_at=stamped_at.isoformat() if stamped_at else None,
            time_stamp=stamp,
            actions=tuple(_actions(fields)),
            thumbnail=self._thumbnail(fields),
            ingredients=tuple(self._ingredients(urn, fields)),
            soft_bindings=_soft_bindings(fields),
            failures=codes(statuses.failures),
            is_partial=not _PARTIAL.isdisjoint(statuses.found),
        )

    def _ingredients(self, holder: str, fields: dict[str, Any]) -> Iterator[Ingredient]:
        for entry in map(mapping, sequence(fields.get("ingredients"))[:MAX_ENTRIES]):
            yield Ingredient.from_json(
                {
                    "title": entry.get("title"),
                    "relationship": entry.get("relationship"),
                    "urn": entry.get("active_manifest"),
                    "thumbnail": self._thumbnail(entry),
                    "failures": self.by_ingredient.get((holder, str(entry.get("label"))), []),
                }
            )

    def _thumbnail(self, fields: dict[str, Any]) -> str:
        """The same picture counts every time that it is told: a thousand ingredients may name one."""
        name = mapping(fields.get("thumbnail")).get("identifier")
        found = self.thumbnails.get(name, "") if isinstance(name, str) else ""
        if not found or not self.thumbnails_left:
            return ""
        self.thumbnails_left -= 1
        return found

    def problems(self) -> tuple[str, ...]:
        own = [code for code, _, failed in _entries(self.results.get("activeManifest")) if failed]
        others = [code for found in self.by_ingredient.values() for code in found]
        return codes(own + others, MAX_ENTRIES)

    def is_cut_short(self, told: int) -> bool:
        """Whether a manifest, an action or an ingredient was left out."""
        held = [mapping(manifest) for manifest in self.manifests.values()]
        many = any(len(sequence(each.get("ingredients"))) > MAX_ENTRIES for each in held)
        return many or told < len(held) or any(len(list(_told_actions(each))) > MAX_ENTRIES for each in held)


def from_report(report: dict[str, Any], thumbnails: Mapping[str, str] | None = None) -> History:
    """Returns the history of a Reader's report, whose every field is a stranger's JSON of any shape.

    Args:
        report: As `Reader.json()` gives it.
        thumbnails: Pictures that we decoded and encoded anew (base64 of JPEG) by their JUMBF address.
    """
    read = _Report(report, thumbnails or {})
    manifests: list[SignedManifest] = []
    characters = 0
    for urn in read.in_order():
        manifest = read.manifest(urn)
        characters += _length(manifest)
        if len(manifests) >= MAX_MANIFESTS or (manifests and characters > MAX_CHARACTERS):
            break
        if manifest.urn:
            manifests.append(manifest)
    state = report.get("validation_state")
    return History(
        state=state if isinstance(state, str) and state in STATES[:2] else "Invalid",
        active=text(read.active),
        manifests=tuple(manifests),
        problems=read.problems(),
        cut_short=read.is_cut_short(len(manifests)),
    )


def elsewhere() -> History:
    """Returns the history of a file that only names the address of its manifest, which is not fetched."""
    return History(state="Remote", problems=("manifest.inaccessible",))


def thumbnail_addresses(report: dict[str, Any]) -> list[str]:
    """Returns the distinct addresses of the thumbnails in a report that are to be shown, nearest first."""
    read = _Report(report, {})
    found: dict[str, None] = {}
    for urn in read.in_order():
        fields = mapping(read.manifests.get(urn))
        for entry in (fields, *map(mapping, sequence(fields.get("ingredients"))[:MAX_ENTRIES])):
            name = mapping(entry.get("thumbnail")).get("identifier")
            if isinstance(name, str):
                found[name] = None
        if len(found) >= MAX_THUMBNAILS:
            break
    return list(found)[:MAX_THUMBNAILS]


def ingredient_failures(report: dict[str, Any]) -> tuple[str, ...]:
    """Returns failures recorded when pictures were taken in, and those that were found since."""
    read = _Report(report, {})
    return codes([code for found in read.by_ingredient.values() for code in found], MAX_ENTRIES)


def generator(manifest: dict[str, Any]) -> str | None:
    """Returns name and version of the program that made a manifest, as it says itself."""
    info = next(map(mapping, sequence(manifest.get("claim_generator_info"))), {})
    parts = [part for part in (text(info.get("name")), text(info.get("version"))) if part]
    return text(" ".join(parts)) or text(manifest.get("claim_generator"))


def _entries(results: Any) -> Iterator[tuple[str, str, bool]]:
    """Code, address and whether it is a failure, of one map of results."""
    for kind in _KINDS:
        for entry in map(mapping, sequence(mapping(results).get(kind))):
            yield dotted(entry.get("code")) or "general.error", str(entry.get("url")), kind == "failure"


def _recorded(ingredient: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """What a signer wrote about an ingredient, in all three forms that the specification has had.

    A known failure is one in whatever list the signer filed it.
    """
    results = mapping(ingredient.get("validation_results"))
    yield from _strictly(_entries(results.get("activeManifest")))
    for delta in map(mapping, sequence(results.get("ingredientDeltas"))):
        yield from _strictly(_entries(delta.get("validationDeltas")))
    for entry in map(mapping, sequence(ingredient.get("validation_status"))):
        code = dotted(entry.get("code")) or "general.error"
        yield code, str(entry.get("url")), is_failure(code)


def _strictly(entries: Iterator[tuple[str, str, bool]]) -> Iterator[tuple[str, str, bool]]:
    for code, url, failed in entries:
        yield code, url, failed or (known(code) and is_failure(code))


def _manifest_in(url: str) -> str | None:
    found = _MANIFEST_IN.search(url)
    return found.group(1) if found else None


def _trust(statuses: _Statuses, *, is_active: bool) -> str:
    """The worst that is known. Only the reader's own word makes a signer trusted.

    What a signer recorded about an ingredient stands in for the reader's word where both agree, as the reader
    then leaves it out; a reader that disagrees says so, and any word against wins.
    """
    meanings = {finding(code) for code in statuses.failures}
    if Finding.SIGNATURE_BROKEN in meanings:
        return "broken"
    if Finding.EXPIRED in meanings:
        return "expired"
    words = statuses.found if is_active else statuses.found | statuses.recorded
    good = {"claimSignature.validated", "signingCredential.trusted"}
    return "trusted" if good <= words and Finding.SIGNER_UNKNOWN not in meanings else "unknown"


def _time_stamp(statuses: _Statuses) -> str:
    words = statuses.found | statuses.recorded
    if words & {"timeStamp.mismatch", "timeStamp.malformed", "timeStamp.outsideValidity"}:
        return "broken"
    if "timeStamp.untrusted" in words:
        # The reader also says this of a stamp whose own signature does not hold, and validates no such one.
        return "untrusted" if "timeStamp.validated" in words else "broken"
    if "timeStamp.trusted" in words:
        return "trusted"
    return "untrusted" if "timeStamp.validated" in words else ""


def _told_actions(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for data in assertions(manifest, "c2pa.actions", "c2pa.actions.v2"):
        yield from map(mapping, sequence(data.get("actions")))


def _actions(manifest: dict[str, Any]) -> Iterator[Action]:
    for entry, _ in zip(_told_actions(manifest), range(MAX_ENTRIES), strict=False):
        agent, kind = entry.get("softwareAgent"), entry.get("digitalSourceType")
        named = mapping(agent)
        parts = [part for part in (text(named.get("name")), text(named.get("version"))) if part]
        yield Action.from_json(
            {
                "name": entry.get("action"),
                "description": entry.get("description")
                or mapping(entry.get("parameters")).get("description"),
                "when": entry.get("when"),
                "software": agent if isinstance(agent, str) else " ".join(parts),
                "source_type": re.split(r"[/#:]", kind)[-1] if isinstance(kind, str) else None,
            }
        )


def _soft_bindings(manifest: dict[str, Any]) -> tuple[str, ...]:
    names = (dotted(data.get("alg")) for data in assertions(manifest, "c2pa.soft-binding"))
    return tuple(dict.fromkeys(name for name in names if name))[:MAX_ENTRIES]


def assertions(manifest: dict[str, Any], *labels: str) -> Iterator[dict[str, Any]]:
    """Yields the data of the assertions of these labels; one that occurs twice has the suffix `__1`."""
    for entry in map(mapping, sequence(manifest.get("assertions"))):
        label = entry.get("label")
        if isinstance(label, str) and label.split("__")[0] in labels:
            yield mapping(entry.get("data"))


def _length(manifest: SignedManifest) -> int:
    """Characters of the manifest as JSON, without its thumbnails, which are limited by themselves."""
    thumbnails = len(manifest.thumbnail) + sum(len(each.thumbnail) for each in manifest.ingredients)
    return len(json.dumps(asdict(manifest))) - thumbnails
