"""Which faults of a certificate chain are named."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from provenance import certificates
from provenance.credentials import certificate_profile
from provenance.errors import BadCertificate
from tests import signing_certificates


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"purposes": (certificates.CLAIM_SIGNING, signing_certificates.EMAIL)}, []),
        ({"purposes": (certificates.CLAIM_SIGNING,)}, ["key_purpose"]),
        ({"purposes": (signing_certificates.EMAIL,)}, ["key_purpose"]),
        ({"purposes": ()}, ["key_purpose"]),
        ({"may_sign": False}, ["key_usage"]),
        ({"critical": False}, ["key_usage"]),
        ({"is_authority": True}, ["key_usage"]),
        ({"curve": ec.SECP384R1()}, ["key_kind"]),
        ({"curve": ec.SECP384R1(), "purposes": ()}, ["key_purpose", "key_kind"]),
    ],
)
def test_faults(changes: dict[str, Any], faults: list[str], tmp_path: Path) -> None:
    signing_certificates.write_chain(tmp_path, **changes)
    assert certificate_profile.faults((tmp_path / "chain.pem").read_text()) == faults


def test_each_certificate_is_issued_by_the_next(tmp_path: Path) -> None:
    certificates.make_test_authority(tmp_path, common_name="Example")
    chain = (tmp_path / "chain.pem").read_text()
    leaf, issuer = (f"-----BEGIN{part}" for part in chain.split("-----BEGIN")[1:])
    assert certificate_profile.faults(chain) == []
    assert "chain_order" in certificate_profile.faults(issuer + leaf)
    assert certificate_profile.faults(leaf) == [], "one certificate has no order"


def test_leads_to(tmp_path: Path) -> None:
    for folder in ("ours", "theirs"):
        signing_certificates.write_chain(tmp_path / folder)
    ours, theirs = ((tmp_path / folder / "root.pem").read_text() for folder in ("ours", "theirs"))
    chain = (tmp_path / "ours" / "chain.pem").read_text()
    assert certificate_profile.leads_to(chain, ours)
    assert certificate_profile.leads_to(chain, theirs + ours)
    assert not certificate_profile.leads_to(chain, theirs), "of the same name, with another key"
    assert certificate_profile.leads_to(chain, chain), "an anchor need not be a root"
    assert certificate_profile.leads_to(chain + ours, ours), "a chain may bring its root"
    with pytest.raises(BadCertificate):
        certificate_profile.leads_to(chain, "nonsense")
