"""Every status code in the library that is installed has to be in our table."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from provenance.credentials.codes import CODES

# First words of status codes, and then anything: the library's texts lie side by side without a gap.
NAMES = re.compile(
    rb"(?:algorithm|assertion|cawg|claim|claimSignature|com\.adobe|general|hashedURI|ingredient|manifest"
    rb"|signingCredential|timeOfSigning|timeStamp)\.[A-Za-z0-9_.-]{3,80}"
)
# What begins like a code and is none: names of source files, of assertions, of boxes and of media types.
NO_CODES = re.compile(
    r"(assertion|claim|ingredient|manifest|algorithm|cawg)\.(rs|v\d|json)"
    r"|assertion\.(m0000|metadatastds|external-reference|cloud-data$|cloud)"
    r"|cawg\.(ide.?$|ide[A-Z]|identity_cl|identity$|x50.?$|x50[A-Za-z]|metadata|training|x509\.cose|ai_|data_mining)"
    r"|com\.adobe\.xmp"
    # The end of `ingredient.manifest.missing`, and a piece that goes on as its code does by chance.
    r"|manifest\.missing|claimSignature\.vassertion"
)
# Texts that the compiler compares in pieces are stored in pieces.
PIECE = 8


def shared(name: str, code: str) -> int:
    return next(
        (at for at, pair in enumerate(zip(name, code, strict=False)) if pair[0] != pair[1]),
        min(len(name), len(code)),
    )


def is_known(name: str) -> bool:
    """Whether a text of the library begins with a code, or with a whole number of pieces of one."""
    if any(name.startswith(code) for code in CODES):
        return True
    alike = max(shared(name, code) for code in CODES)
    return alike >= PIECE and alike % PIECE == 0


def test_every_code_in_the_library_is_in_the_table() -> None:
    spec = find_spec("c2pa")
    assert spec is not None
    assert spec.origin is not None
    libraries = [*Path(spec.origin).parent.glob("libs/*.so"), *Path(spec.origin).parent.glob("libs/*.dylib")]
    if not libraries:
        pytest.skip("the library is of a kind whose texts this test cannot read")
    found = {name.decode() for name in NAMES.findall(libraries[0].read_bytes())}
    assert len(found) > 100
    names = {name for name in found if not NO_CODES.match(name)}
    assert sorted(name for name in names if not is_known(name)) == []


@pytest.mark.parametrize("name", ["assertion.dataHash.forgotten", "claim.lost", "cawg.identity.lost"])
def test_a_new_code_would_be_noticed(name: str) -> None:
    assert not is_known(name)
    assert not NO_CODES.match(name)
