"""Every status code of C2PA validation: what kind it is, what it means here, and one plain sentence. Pure.

Sources: C2PA specification 2.4, "Standard status codes" (success, informational, failure), the codes that
c2pa-rs 0.91 and earlier versions write besides, and the CAWG identity assertion 1.2. A test compares the
table with the names in the library that is installed.

The sentences speak of "the record" (what is signed), "the file" (the bytes that came with it) and "a picture
that went in" (an ingredient). None judges the picture.
"""

# ruff: noqa: E501 -- one code a line, however long its sentence

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Kind = Literal["success", "informational", "failure"]


class Finding(StrEnum):
    """What a code means for the person who asks."""

    SIGNATURE_BROKEN = "signature broken"
    BYTES_CHANGED = "bytes changed"
    SIGNER_UNKNOWN = "signer unknown"
    EXPIRED = "expired"
    INGREDIENT_BROKEN = "ingredient broken"
    TIME_STAMP = "time-stamp"
    UNREADABLE = "unreadable"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Code:
    """One status code; `finding` is None for what holds and for notes without a consequence."""

    kind: Kind
    finding: Finding | None
    sentence: str


# Anybody may put any word there, and a newer library may know more of them than this table.
_UNKNOWN: Final = Code(
    "failure", Finding.UNREADABLE, "The check reported something that this site does not know."
)


def _holds(sentences: dict[str, str]) -> dict[str, Code]:
    return {code: Code("success", None, sentence) for code, sentence in sentences.items()}


def _notes(finding: Finding | None, sentences: dict[str, str]) -> dict[str, Code]:
    return {code: Code("informational", finding, sentence) for code, sentence in sentences.items()}


def _fails(finding: Finding, sentences: dict[str, str]) -> dict[str, Code]:
    return {code: Code("failure", finding, sentence) for code, sentence in sentences.items()}


CODES: Final[dict[str, Code]] = {
    **_holds(
        {
            "claimSignature.validated": "The signature fits the record.",
            "claimSignature.insideValidity": "The certificate was valid when the record was signed.",
            "signingCredential.trusted": "The signer's certificate leads to an authority that this site trusts.",
            "signingCredential.ocsp.notRevoked": "The signer's certificate has not been withdrawn.",
            "timeStamp.validated": "The time-stamp fits the signature.",
            "timeStamp.trusted": "The time-stamp is from an authority that this site trusts.",
            "assertion.hashedURI.match": "A statement in the record is the one that was signed.",
            "assertion.dataHash.match": "The file's bytes are the ones that the record was made for.",
            "assertion.bmffHash.match": "The file's parts are the ones that the record was made for.",
            "assertion.boxesHash.match": "The file's boxes are the ones that the record was made for.",
            "assertion.collectionHash.match": "The files of the collection are those the record was made for.",
            "assertion.multiAssetHash.match": "All parts of the file are those that the record was made for.",
            "assertion.alternativeContentRepresentation.match": "Another form of the content fits the record.",
            "assertion.accessible": "A statement that is kept elsewhere could be reached.",
            "hashedURI.match": "Something that the record refers to is what was signed.",
            "ingredient.manifest.validated": "The record of a picture that went in is the one that was taken in.",
            "ingredient.claimSignature.validated": "The signature of a picture that went in is the one that was taken in.",
            "cawg.identity.trusted": "The identity in the record is vouched for.",
            "cawg.identity.well-formed": "The identity in the record is well formed.",
            "cawg.ica.credential_valid": "The credential for the identity in the record holds.",
            "cawg.ica.time_stamp.validated": "The time-stamp of the identity in the record holds.",
            "cawg.x509.credential.trusted": "The certificate of the identity is one that this site trusts.",
            "cawg.x509.signature.validated": "The signature of the identity in the record holds.",
            "cawg.x509.signature.inside_validity": "The certificate of the identity was valid at signing.",
            "cawg.x509.ocsp.not_revoked": "The certificate of the identity has not been withdrawn.",
        }
    ),
    **_notes(
        None,
        {
            "signingCredential.ocsp.skipped": "Whether the certificate was withdrawn was not asked over the network.",
            "signingCredential.ocsp.inaccessible": "Whether the certificate was withdrawn could not be learned.",
            "algorithm.deprecated": "The record uses an algorithm that is no longer recommended.",
            "ingredient.unknownProvenance": "A picture that went in brought no record.",
            "manifest.unreferenced": "The file carries a record that nothing in it refers to.",
            "manifest.unknownProvenance": "The file carries a record whose origin cannot be told.",
            "assertion.dataHash.additionalExclusionsPresent": "A part of the file besides the record is not covered by the signature.",
            "assertion.bmffHash.additionalExclusionsPresent": "A part of the file besides the record is not covered by the signature.",
            "assertion.boxesHash.additionalExclusionsPresent": "A part of the file besides the record is not covered by the signature.",
            "assertion.externalReference.notRetrieved": "A statement that is kept elsewhere was not fetched.",
            "timeOfSigning.insideValidity": "The time that the signer gives is within the certificate's life.",
            "cawg.x509.ocsp.skipped": "Whether the certificate of the identity was withdrawn was not asked.",
            "cawg.x509.ocsp.inaccessible": "Whether the certificate of the identity was withdrawn could not be learned.",
        },
    ),
    **_notes(
        Finding.TIME_STAMP,
        {
            "timeStamp.mismatch": "The time-stamp belongs to another signature, so the time is not known.",
            "timeStamp.malformed": "The time-stamp cannot be read, so the time is not known.",
            "timeStamp.outsideValidity": "The time-stamp lies outside the life of a certificate, so it does not count.",
            "timeStamp.untrusted": "The time-stamp is from an authority that this site does not know.",
            "timeStamp.credentialInvalid": "The time-stamp was made with a certificate that may not make any.",
            "timeOfSigning.outsideValidity": "The time that the signer gives is outside the certificate's life.",
        },
    ),
    **_fails(
        Finding.SIGNATURE_BROKEN,
        {
            "claimSignature.mismatch": "The signature does not fit the record: the record was changed or made up.",
            "claimSignature.missing": "The record has no signature.",
            "signingCredential.invalid": "The record was signed with a certificate that may not sign records.",
            "assertion.hashedURI.mismatch": "A statement in the record was changed after signing.",
            "assertion.missing": "A statement that was signed is missing from the record.",
            "assertion.undeclared": "The record holds a statement that was not signed.",
            "assertion.outsideManifest": "The record counts a statement as its own that is not in it.",
            "assertion.notRedacted": "A statement that was to be taken out is still there.",
            "assertion.selfRedacted": "The record takes back its own statement.",
            "assertion.action.redacted": "What was done to the picture was taken out of the record.",
            "assertion.dataHash.redacted": "What ties the record to the picture was taken out.",
            "assertion.hardBinding.redacted": "What ties the record to the picture was taken out.",
            "hashedURI.mismatch": "Something that the record refers to was changed after signing.",
            "hashedURI.missing": "Something that the record refers to is missing.",
            "claim.hardBindings.missing": "The record is not tied to any picture.",
            "assertion.multipleHardBindings": "The record is tied to the picture in several ways, which is not allowed.",
            "assertion.cloud-data.hardBinding": "What ties the record to the picture is kept elsewhere, which is not allowed.",
            "assertion.cloud-data.actions": "What was done to the picture is kept elsewhere, which is not allowed.",
        },
    ),
    **_fails(
        Finding.BYTES_CHANGED,
        {
            "assertion.dataHash.mismatch": "The file's bytes are not the ones that the record was made for.",
            "assertion.bmffHash.mismatch": "The file's parts are not the ones that the record was made for.",
            "assertion.boxesHash.mismatch": "The file's boxes are not the ones that the record was made for.",
            "assertion.boxesHash.unknownBox": "The file has parts that the record does not know.",
            "assertion.collectionHash.mismatch": "A file of the collection is not the one that the record was made for.",
            "assertion.collectionHash.incorrectFileCount": "The collection has more or fewer files than the record says.",
            "assertion.multiAssetHash.mismatch": "A part of the file is not the one that the record was made for.",
            "assertion.multiAssetHash.missingPart": "A part of the file that the record was made for is missing.",
            "assertion.alternativeContentRepresentation.hashMismatch": "Another form of the content does not fit the record.",
        },
    ),
    **_fails(
        Finding.SIGNER_UNKNOWN,
        {
            "signingCredential.untrusted": "The signer's certificate does not lead to an authority that this site trusts.",
            "signingCredential.ocsp.unknown": "The signer's authority does not know the certificate.",
            "cawg.ica.untrusted_issuer": "This site does not trust who vouches for the identity in the record.",
            "cawg.ica.invalid_issuer": "Who vouches for the identity in the record cannot be told.",
            "cawg.ica.did_unavailable": "Who vouches for the identity in the record was not asked over the network.",
            "cawg.ica.did_unsupported_method": "Who vouches for the identity is named in a way that this site cannot follow.",
            "cawg.ica.revocation.unavailable": "Whether the identity was withdrawn could not be learned.",
            "cawg.ica.revocation.unsupported": "Whether the identity was withdrawn cannot be asked in the way given.",
            "cawg.identity.sig_type.unknown": "The identity in the record is signed in a way that this site does not know.",
            "cawg.x509.credential.untrusted": "The certificate of the identity is not from an authority that this site trusts.",
            "cawg.x509.ocsp.unknown": "The authority does not know the certificate of the identity.",
        },
    ),
    **_fails(
        Finding.EXPIRED,
        {
            "signingCredential.expired": "The signer's certificate has expired, and no time-stamp shows that the record is older.",
            "signingCredential.ocsp.revoked": "The signer's certificate was withdrawn by the authority that gave it.",
            "signingCredential.revoked": "The signer's certificate was withdrawn by the authority that gave it.",
            "claimSignature.outsideValidity": "The record was signed before or after the life of the certificate.",
            "cawg.identity.credential_revoked": "The credential for the identity in the record was withdrawn.",
            "cawg.ica.credential.revoked": "The credential for the identity in the record was withdrawn.",
            "cawg.ica.valid_from.invalid": "The credential for the identity in the record is not valid yet.",
            "cawg.ica.valid_until.invalid": "The credential for the identity in the record has expired.",
            "cawg.x509.signature.outside_validity": "The identity was signed before or after the life of its certificate.",
            "cawg.x509.ocsp.revoked": "The certificate of the identity was withdrawn.",
        },
    ),
    **_fails(
        Finding.INGREDIENT_BROKEN,
        {
            "ingredient.manifest.mismatch": "The record of a picture that went in was changed since it was taken in.",
            "ingredient.manifest.missing": "The record of a picture that went in is missing.",
            "ingredient.claimSignature.mismatch": "The signature of a picture that went in was changed since it was taken in.",
            "ingredient.claimSignature.missing": "The signature of a picture that went in is missing.",
            "ingredient.hashedURI.mismatch": "The record of a picture that went in was changed since it was taken in.",
            "assertion.action.ingredientMismatch": "A step of the history names a picture that is not there.",
            "assertion.ingredient.malformed": "What the record says of a picture that went in is malformed.",
            "manifest.multipleParents": "The record names several pictures as the one that was changed.",
        },
    ),
    **_fails(
        Finding.TIME_STAMP,
        {
            "assertion.timestamp.malformed": "A later time-stamp in the record cannot be read.",
            "manifest.timestamp.invalid": "A record that should only hold a time-stamp holds something else.",
            "manifest.timestamp.wrongParents": "A record that should only hold a time-stamp names no picture or several.",
            "cawg.ica.time_stamp.invalid": "The time-stamp of the identity in the record does not hold.",
        },
    ),
    **_fails(
        Finding.ELSEWHERE,
        {
            "manifest.inaccessible": "The record is kept elsewhere and was not fetched.",
            "assertion.inaccessible": "A statement of the record is kept elsewhere and was not fetched.",
        },
    ),
    **_fails(
        Finding.UNREADABLE,
        {
            "claim.missing": "The record is missing its central part.",
            "claim.multiple": "The record has several central parts, and only one is allowed.",
            "claim.malformed": "The central part of the record is malformed.",
            "claim.cbor.invalid": "The central part of the record cannot be read.",
            "claim.required.missing": "The central part of the record lacks something that it must have.",
            "manifest.compressed.invalid": "The record is compressed and cannot be unpacked.",
            "manifest.update.invalid": "A record that should only update another one does more than that.",
            "manifest.update.wrongParents": "A record that should only update another one names none or several.",
            "assertion.required.missing": "A statement of the record lacks something that it must have.",
            "assertion.json.invalid": "A statement of the record cannot be read.",
            "assertion.cbor.invalid": "A statement of the record cannot be read.",
            "assertion.action.malformed": "What the record says was done to the picture is malformed.",
            "assertion.action.redactionMismatch": "A step of the history says that a statement was taken out, and names none.",
            "assertion.action.softBindingMissing": "The record says that there is a watermark, and does not say which.",
            "assertion.dataHash.malformed": "What ties the record to the picture is malformed.",
            "assertion.bmffHash.malformed": "What ties the record to the picture is malformed.",
            "assertion.boxesHash.malformed": "What ties the record to the picture is malformed.",
            "assertion.collectionHash.malformed": "What ties the record to its collection is malformed.",
            "assertion.collectionHash.invalidURI": "The record names a file of its collection in a way that is not allowed.",
            "assertion.multiAssetHash.malformed": "What ties the record to the parts of the file is malformed.",
            "assertion.alternativeContentRepresentation.malformed": "What the record says of another form of the content is malformed.",
            "assertion.cloud-data.malformed": "A statement that is kept elsewhere is named in a malformed way.",
            "assertion.external-reference.malformed": "A statement that is kept elsewhere is named in a malformed way.",
            "assertion.metadata.disallowed": "The record holds a note of a kind that is not allowed.",
            "algorithm.unsupported": "The record uses an algorithm that this site does not know.",
            "com.adobe.prerelease": "The record is from a trial version of the format, which is no longer read.",
            "general.error": "The record could not be checked to the end.",
            "cawg.metadata.invalid": "Notes in the record are malformed.",
            "cawg.training-mining.invalid": "What the record says about training is malformed.",
            "cawg.identity.cbor.invalid": "The identity in the record cannot be read.",
            "cawg.identity.assertion.mismatch": "The identity in the record was made for other statements.",
            "cawg.identity.assertion.duplicate": "The identity in the record names the same statement twice.",
            "cawg.identity.hard_binding_missing": "The identity in the record is not tied to the picture.",
            "cawg.identity.hard_binding_incorrect": "The identity in the record is tied to another picture.",
            "cawg.identity.pad.invalid": "The identity in the record is padded with something else than nothing.",
            "cawg.identity.expected_partial_claim.mismatch": "The identity in the record was made for another record.",
            "cawg.identity.expected_claim_generator.mismatch": "The identity in the record was made for another signer.",
            "cawg.identity.expected_countersigner.mismatch": "Another identity in the record is not the expected one.",
            "cawg.identity.expected_countersigner.missing": "Another identity that the record should have is missing.",
            "cawg.identity.unexpected_countersigner": "The record has another identity that was not expected.",
            "cawg.ica.invalid_cose_sign1": "The signature of the identity in the record cannot be read.",
            "cawg.ica.invalid_alg": "The identity in the record is signed with an algorithm that is not allowed.",
            "cawg.ica.invalid_content_type": "The credential for the identity in the record is of an unknown kind.",
            "cawg.ica.invalid_verifiable_credential": "The credential for the identity in the record is malformed.",
            "cawg.ica.invalid_did_document": "What is known of who vouches for the identity is malformed.",
            "cawg.ica.signature_mismatch": "The signature of the identity in the record does not hold.",
            "cawg.ica.signer_payload.mismatch": "The credential for the identity was made for another record.",
            "cawg.ica.valid_from.missing": "The credential for the identity does not say from when it is valid.",
            "cawg.ica.verified_identities.invalid": "The identities in the record are malformed.",
            "cawg.ica.verified_identities.missing": "The record promises identities and names none.",
            "cawg.x509.signature.mismatch": "The signature of the identity in the record does not hold.",
            "cawg.x509.credential.invalid": "The identity was signed with a certificate that may not do so.",
            "cawg.x509.algorithm.unsupported": "The identity is signed with an algorithm that this site does not know.",
        },
    ),
}


def known(code: str) -> bool:
    """Whether the code is in the table."""
    return code in CODES


def sentence(code: str) -> str:
    """Returns one plain sentence for a code; an honest general one for a code that is not in the table."""
    return CODES.get(code, _UNKNOWN).sentence


def kind(code: str) -> Kind:
    """Returns whether a code tells of success or failure or neither; what is unknown counts as failure."""
    return CODES.get(code, _UNKNOWN).kind


def is_failure(code: str) -> bool:
    """Whether a code tells that something does not hold; what is unknown counts as such."""
    return kind(code) == "failure"


def finding(code: str) -> Finding | None:
    """Returns what a code means here; None for what holds and for notes without a consequence."""
    return CODES.get(code, _UNKNOWN).finding
