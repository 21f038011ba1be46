"""Real signing with test certificates, read back by two independent implementations."""

import io
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import c2pa
import encypher_c2pa
import numpy as np
import pytest
from PIL import Image

from provenance import certificates, images, manifest
from provenance.credentials.definition import Parent, Region, Statement, xmp_packet
from provenance.errors import SigningFailed, UnreadableManifest
from provenance.manifest import Signed, Signer
from provenance.manifest_reading import ManifestReading

FORMATS = ["PNG", "JPEG", "WEBP", "AVIF"]
MISMATCH = "assertion.dataHash.mismatch"
# A file made of boxes is tied to its manifest in another way.
MISMATCHES = dict.fromkeys(FORMATS, MISMATCH) | {"AVIF": "assertion.bmffHash.mismatch"}
UNTRUSTED = "signingCredential.untrusted"


class Authority:
    def __init__(self, directory: Path, name: str) -> None:
        certificates.make_test_authority(directory, common_name=name)
        self.anchors = (directory / "root.pem").read_text()
        self.signer = Signer(
            (directory / "chain.pem").read_text(), (directory / "signing-key.pem").read_text()
        )


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"), "Tracery tests")


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("foreign"), "Someone else")


def statement(**changes: Any) -> Statement:
    made = Statement(
        image_id=uuid4(),
        title="Tracery picture",
        digital_source_type="trainedAlgorithmicMedia",
        generator_name="sketch-diffusion",
        generator_version="2",
        product_version="0.1.0",
        created_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        watermark_alg="org.tracery.watermark.1",
        watermark_value="2*01011100",
        verify_url="https://tracery.example/verify",
    )
    return replace(made, **changes)


def unsigned(name: Any, xmp: bytes | None = None) -> bytes:
    down, across = np.mgrid[0:240, 0:320]
    rgb = np.stack([across % 256, down, (across + down) % 256], axis=-1).astype(np.uint8)
    return images.encode(rgb, name, xmp=xmp)


def signed(name: str, said: Statement, authority: Authority) -> Signed:
    packet = xmp_packet(said.digital_source_type, said.verify_url, said.image_id)
    return manifest.sign(unsigned(name, packet), images.MIME[name], said, authority.signer, authority.anchors)


def report_of(data: bytes, mime: str, anchors: str) -> dict[str, Any]:
    with (
        c2pa.Context.from_dict(manifest._settings(anchors)) as context,
        c2pa.Reader(mime, io.BytesIO(data), context=context) as reader,
    ):
        report: dict[str, Any] = json.loads(reader.json())
    return report


def active_assertions(data: bytes, mime: str, anchors: str) -> dict[str, Any]:
    report = report_of(data, mime, anchors)
    active = report["manifests"][report["active_manifest"]]
    return {entry["label"]: entry["data"] for entry in active["assertions"]}


def recoloured(data: bytes) -> bytes:
    """Returns the file with one bit of its compressed pixels flipped, and still a parsable container."""
    changed = bytearray(data)
    # WebP keeps the manifest behind the pixels, PNG and JPEG before them.
    position = data.index(b"VP8 ") + 200 if data.startswith(b"RIFF") else len(data) - 40
    changed[position] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("name", FORMATS)
def test_what_we_sign_reads_back_trusted(name: str, ours: Authority) -> None:
    said = statement()
    made = signed(name, said, ours)
    reading = manifest.read(made.data, images.MIME[name], ours.anchors)
    assert reading is not None
    assert (reading.state, reading.failures, reading.ingredient_failures) == ("Trusted", (), ())
    assert reading.urn == made.urn
    assert reading.urn.startswith("urn:c2pa:")
    assert reading.signer == "Tracery tests"
    assert reading.generator == "Tracery 0.1.0"
    assert reading.image_id == said.image_id
    assert reading.bytes_unchanged
    written = active_assertions(made.data, images.MIME[name], ours.anchors)
    assert [action["action"] for action in written["c2pa.actions.v2"]["actions"]] == [
        "c2pa.created",
        "c2pa.addedText",
        "c2pa.watermarked.bound",
    ]
    assert written["c2pa.soft-binding"]["alg"] == "org.tracery.watermark.1"
    assert written["c2pa.soft-binding"]["blocks"][0]["value"] == "2*01011100"
    assert ManifestReading.from_json(reading.to_json()) == reading


@pytest.mark.parametrize("name", FORMATS)
def test_signing_leaves_pixels_and_xmp_alone(name: str, ours: Authority) -> None:
    said = statement()
    made = signed(name, said, ours)
    assert np.array_equal(images.decode(made.data).rgb, images.decode(unsigned(name)).rgb)
    with Image.open(io.BytesIO(made.data)) as image:
        assert str(said.image_id).encode() in image.info["xmp"]


@pytest.mark.parametrize("name", FORMATS)
def test_a_changed_file_is_invalid(name: str, ours: Authority) -> None:
    reading = manifest.read(recoloured(signed(name, statement(), ours).data), images.MIME[name], ours.anchors)
    assert reading is not None
    assert (reading.state, reading.failures) == ("Invalid", (MISMATCHES[name],))
    assert not reading.bytes_unchanged


def test_another_authority_is_valid_but_not_trusted(ours: Authority, foreign: Authority) -> None:
    made = signed("PNG", statement(), foreign)
    reading = manifest.read(made.data, "image/png", ours.anchors)
    assert reading is not None
    assert (reading.state, reading.failures) == ("Valid", (UNTRUSTED,))
    changed = manifest.read(recoloured(made.data), "image/png", ours.anchors)
    assert changed is not None
    assert not changed.bytes_unchanged


@pytest.mark.parametrize("name", FORMATS)
def test_a_kept_store_is_read_beside_a_stripped_file(name: str, ours: Authority) -> None:
    said = statement()
    made = signed(name, said, ours)
    assert manifest.read(unsigned(name), images.MIME[name], ours.anchors) is None
    reading = manifest.read(unsigned(name), images.MIME[name], ours.anchors, made.store)
    assert reading is not None
    assert (reading.state, reading.failures, reading.image_id) == (
        "Invalid",
        (MISMATCHES[name],),
        said.image_id,
    )


@pytest.mark.parametrize(
    ("flow", "source_type", "first"),
    [
        ("inpainting", "compositeWithTrainedAlgorithmicMedia", "c2pa.opened"),
        ("variation", "trainedAlgorithmicMedia", "c2pa.created"),
    ],
)
def test_a_parent_is_named(flow: Any, source_type: str, first: str, ours: Authority) -> None:
    source = statement()
    parent = Parent(signed("JPEG", source, ours).data, "image/jpeg")
    said = statement(flow=flow, digital_source_type=source_type, parent=parent)
    made = signed("PNG", said, ours)
    reading = manifest.read(made.data, "image/png", ours.anchors)
    assert reading is not None
    assert (reading.state, reading.image_id) == ("Trusted", said.image_id)
    assert not reading.tampered_ingredient
    actions = active_assertions(made.data, "image/png", ours.anchors)["c2pa.actions.v2"]["actions"]
    assert actions[0]["action"] == first
    types = [action["digitalSourceType"] for action in actions if "digitalSourceType" in action]
    assert types[0].endswith("/" + source_type)
    assert str(source.image_id) in json.dumps(report_of(made.data, "image/png", ours.anchors)["manifests"])


def test_an_inpainting_says_where_in_the_finished_file(ours: Authority) -> None:
    parent = Parent(signed("JPEG", statement(), ours).data, "image/jpeg", was_resized=True)
    said = statement(flow="inpainting", parent=parent, region=Region(12, 30, 100, 64))
    made = signed("PNG", said, ours)
    actions = active_assertions(made.data, "image/png", ours.anchors)["c2pa.actions.v2"]["actions"]
    assert [action["action"] for action in actions] == [
        "c2pa.opened",
        "c2pa.resized",
        "c2pa.edited",
        "c2pa.addedText",
        "c2pa.watermarked.bound",
        "c2pa.converted",
    ]
    shape = actions[2]["changes"][0]["region"][0]["shape"]
    assert shape["origin"] == {"x": 12.0, "y": 30.0}
    assert (shape["type"], shape["unit"], shape["width"], shape["height"]) == ("rectangle", "pixel", 100, 64)


def test_nothing_of_a_sources_own_notes_gets_into_ours(ours: Authority) -> None:
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"'
        b' xmpMM:InstanceID="xmp.iid:jane" xmpMM:DocumentID="xmp.did:jane"/></rdf:RDF></x:xmpmeta>'
    )
    source = unsigned("JPEG", xmp)
    assert b"jane" in source
    made = signed("PNG", statement(flow="variation", parent=Parent(source, "image/jpeg")), ours)
    assert b"jane" not in made.data


def test_the_thumbnail_is_small_and_of_the_picture(ours: Authority) -> None:
    made = signed("WEBP", statement(), ours)
    with (
        c2pa.Context.from_dict(manifest._settings(ours.anchors)) as context,
        c2pa.Reader("image/webp", io.BytesIO(made.data), context=context) as reader,
    ):
        report = json.loads(reader.json())
        found = io.BytesIO()
        reader.resource_to_stream(
            report["manifests"][report["active_manifest"]]["thumbnail"]["identifier"], found
        )
    with Image.open(found) as small:
        assert (small.format, small.size) == ("JPEG", (256, 192))
        expected = images.thumbnail(images.decode(unsigned("PNG")).rgb, 256)
        assert np.abs(np.asarray(small, int) - expected).mean() < 6
    given = images.encode(np.zeros((9, 9, 3), np.uint8), "JPEG")
    assert given in signed("PNG", statement(thumbnail=given), ours).store


def test_a_tampered_parent_does_not_look_clean(ours: Authority) -> None:
    parent = Parent(recoloured(signed("JPEG", statement(), ours).data), "image/jpeg")
    made = signed("PNG", statement(flow="variation", parent=parent), ours)
    reading = manifest.read(made.data, "image/png", ours.anchors)
    assert reading is not None
    assert reading.state == "Trusted", "the library calls it so; that is why the next line matters"
    assert reading.tampered_ingredient
    assert MISMATCH in reading.ingredient_failures


@pytest.mark.parametrize("name", sorted(images.MIME))
def test_no_manifest_is_none(name: str, ours: Authority) -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, name)
    assert manifest.read(out.getvalue(), images.MIME[name], ours.anchors) is None


@pytest.mark.parametrize("name", FORMATS)
def test_garbage_gives_our_error_or_none(name: str, ours: Authority) -> None:
    whole = signed(name, statement(), ours).data
    draw = np.random.default_rng(3)
    files = [b"", b"hello", whole[:8], *(whole[: int(n)] for n in draw.integers(9, len(whole), 25))]
    for _ in range(25):
        changed = bytearray(whole)
        for position in draw.integers(0, len(whole), 20):
            changed[position] = draw.integers(0, 256)
        files.append(bytes(changed))
    outcomes: set[str] = set()
    for data in files:
        try:
            reading = manifest.read(data, images.MIME[name], ours.anchors)
            outcomes.add(reading.state if reading else "None")
        except UnreadableManifest:
            outcomes.add("Unreadable")
    assert "Trusted" not in outcomes
    assert "Unreadable" in outcomes


def test_a_broken_store_is_unreadable(ours: Authority) -> None:
    with pytest.raises(UnreadableManifest):
        manifest.read(unsigned("PNG"), "image/png", ours.anchors, b"\0" * 100)


def test_a_manifest_kept_elsewhere_is_named_and_not_fetched(ours: Authority) -> None:
    # A name that would resolve, on a port that would answer: pytest-socket does not see native code, so the
    # server itself is the witness.
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/manifest.c2pa"
        reading = manifest.read(remote_only(url, ours), "image/png", ours.anchors)
        with pytest.raises(TimeoutError):
            server.accept()
    assert reading is not None
    assert (reading.state, reading.urn, reading.image_id) == ("Remote", None, None)


def remote_only(url: str, authority: Authority) -> bytes:
    info = c2pa.C2paSignerInfo(
        c2pa.C2paSigningAlg.ES256,
        authority.signer.chain_pem.encode(),
        authority.signer.key_pem.encode(),
        None,
    )
    with (
        c2pa.Context.from_dict(manifest._settings(authority.anchors)) as context,
        c2pa.Signer.from_info(info) as credential,
        c2pa.Builder({"claim_version": 2, "title": "t", "assertions": []}, context=context) as builder,
    ):
        builder.set_intent(
            c2pa.C2paBuilderIntent.CREATE, c2pa.C2paDigitalSourceType.TRAINED_ALGORITHMIC_MEDIA
        )
        builder.set_no_embed()
        builder.set_remote_url(url)
        out = io.BytesIO()
        builder.sign(credential, "image/png", io.BytesIO(unsigned("PNG")), out)
    return out.getvalue()


def test_a_wrong_key_and_a_wrong_root_stop_the_signing(ours: Authority, foreign: Authority) -> None:
    mixed = Signer(ours.signer.chain_pem, foreign.signer.key_pem)
    with pytest.raises(SigningFailed) as raised:
        manifest.sign(unsigned("PNG"), "image/png", statement(), mixed, ours.anchors)
    assert raised.value.code == "not_trusted"
    assert "claimSignature.mismatch" in raised.value.user_message
    with pytest.raises(SigningFailed) as raised:
        manifest.sign(unsigned("PNG"), "image/png", statement(), ours.signer, foreign.anchors)
    assert raised.value.code == "not_trusted"


def test_an_unreachable_time_stamp_server_stops_the_signing(ours: Authority) -> None:
    signer = replace(ours.signer, tsa_url="http://127.0.0.1:1/")
    with pytest.raises(SigningFailed):
        manifest.sign(unsigned("PNG"), "image/png", statement(), signer, ours.anchors)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("flow", "source_type", "parent_kind"),
    [
        ("text-to-image", "trainedAlgorithmicMedia", None),
        ("operator", "trainedAlgorithmicMedia", None),
        ("inpainting", "compositeWithTrainedAlgorithmicMedia", "signed"),
        ("inpainting", "compositeSynthetic", "plain"),
        ("variation", "trainedAlgorithmicMedia", "signed"),
        ("variation", "algorithmicMedia", "plain"),
    ],
)
def test_a_second_implementation_agrees(
    name: str,
    flow: Any,
    source_type: str,
    parent_kind: str | None,
    ours: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # It saves its telemetry answer under the home directory.
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    parent = {
        None: None,
        "signed": Parent(signed("JPEG", statement(), ours).data, "image/jpeg"),
        "plain": Parent(unsigned("PNG"), "image/png"),
    }[parent_kind]
    made = signed(name, statement(flow=flow, digital_source_type=source_type, parent=parent), ours)

    def verify(data: bytes, **options: Any) -> dict[str, Any]:
        report = encypher_c2pa.verify(
            data,
            images.MIME[name],
            trust_pem=ours.anchors,
            no_default_trust=True,
            telemetry=False,
            online=False,
            **options,
        )
        found: dict[str, Any] = json.loads(json.dumps(report))
        return found

    report = verify(made.data)
    assert (report["integrity"], report["signature"], report["hard_binding"]) == ("valid", "valid", "match")
    assert report["trust"]["status"] == "valid_for_supplied_material"
    assert verify(recoloured(made.data))["hard_binding"] != "match"
    # All that its check against the conformance programme misses is what a test authority cannot give.
    strict = verify(made.data, strict_conformance=True)["validation_results"]["failure"]
    assert {entry["code"].rsplit(".", 1)[-1] for entry in strict} == {
        "revocationInformationMissing",
        "trustedTimeStampMissing",
    }
