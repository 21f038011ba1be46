"""Which parts of a stranger's manifests do not travel on into ours. Pure.

A photograph's manifest may hold a picture of it from before somebody painted over a face, and where and by
whom it was taken. What we publish says where a picture came from, and not that: assertions are kept that say
what was done and what ties them together, and all others are redacted (C2PA 2.4, 6.8). Titles, and who
signed, stand in the signed parts themselves and stay.
"""

from typing import Any, Final

from provenance.credentials.strangers_json import mapping, sequence, texts

# Beginnings of labels. Hashes, actions and ingredients may not be redacted; the rest is in words that the
# specification gives, and ours.
_KEPT: Final = (
    "c2pa.actions",
    "c2pa.hash.",
    "c2pa.ingredient",
    "c2pa.soft-binding",
    "c2pa.ai-disclosure",
    "c2pa.training-mining",
    "cawg.training-mining",
    "c2pa.time-stamp",
    "c2pa.certificate-status",
    "org.tracery.",
)


def addresses(crjson: dict[str, Any]) -> tuple[str, ...]:
    """Returns the JUMBF addresses of all assertions in a file's manifests that are to be left out.

    Args:
        crjson: The file's validation results in that form, as a sandboxed reader gave them.
    """
    manifests = [mapping(manifest) for manifest in sequence(crjson.get("manifests"))]
    found = {
        f"self#jumbf=/c2pa/{manifest.get('label')}/c2pa.assertions/{label}"
        for manifest in manifests
        for label in mapping(manifest.get("assertions"))
        if not label.startswith(_KEPT)
    }
    # Those that were left out before are still listed, but the library would look for them in vain.
    gone = {
        address
        for manifest in manifests
        for key in ("claim", "claim.v2")
        for address in texts(mapping(manifest.get(key)).get("redacted_assertions"))
    }
    return tuple(sorted(found - gone))
