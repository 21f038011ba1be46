"""Histories made by hand, for what is said about them."""

from typing import Any

from provenance.credentials.history import Action, History, SignedManifest

URN = "urn:c2pa:6f1de0c4-0c3d-4f5e-8a35-b54a40a6f3a{}"
WHEN = "2026-11-20T08:30:00+00:00"


def action(name: str, source_type: str | None = None, **more: str) -> Action:
    return Action.from_json({"name": name, "source_type": source_type, **more})


def manifest(number: int = 0, **fields: Any) -> SignedManifest:
    """A sound record of a signer whom nobody knows; `fields` take the place of what it says."""
    said: dict[str, Any] = {
        "urn": URN.format(number),
        "signer": f"Signer {number}",
        "actions": (action("c2pa.created", "trainedAlgorithmicMedia", when=WHEN),),
    }
    return SignedManifest(**{**said, **fields})


def history(*manifests: SignedManifest, problems: tuple[str, ...] = (), cut_short: bool = False) -> History:
    """The first is the file's own."""
    return History("Valid", manifests[0].urn, manifests, problems, cut_short)
