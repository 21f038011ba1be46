"""What the worker does with a child's answer: a child that was taken over may say anything."""

import json
from dataclasses import replace
from typing import Any

import pytest

from provenance import frames, images, sandbox
from provenance.credentials.history import MAX_CRJSON, History, SignedManifest
from provenance.errors import SandboxFailed
from provenance.manifest_reading import ManifestReading

IMAGE = {"format": "PNG", "mime": "image/png", "width": 2, "height": 1, "frames": 1, "notes": ["n"]}
ANSWER: dict[str, Any] = {"image": IMAGE, "image_error": None, "manifest": None, "manifest_error": None}

READING = ManifestReading(state="Valid", urn="urn:c2pa:1").to_json()


def nested(depth: int) -> dict[str, Any]:
    return {"x": nested(depth - 1)} if depth else {}


def frame(header: Any, body: bytes) -> memoryview:
    encoded = json.dumps(header).encode()
    return memoryview(frames._LENGTHS.pack(len(encoded), len(body)) + encoded + body)


class Answering(sandbox.Sandbox):
    """A sandbox whose helper passes on one given answer."""

    def __init__(self, answer: memoryview, status: str = "done") -> None:
        super().__init__()
        self.answer, self.status = answer, status

    def _exchange(self, header: dict[str, Any], body: list[bytes]) -> tuple[dict[str, Any], memoryview]:
        return {"status": self.status}, self.answer


def test_an_honest_answer_becomes_an_examination() -> None:
    reading = ManifestReading(state="Valid", urn="urn:c2pa:1")
    history = History("Valid", "urn:c2pa:1").to_json()
    answer = frame({**ANSWER, "manifest": reading.to_json(), "history": history}, bytes(range(6)))
    found = Answering(answer).examine(b"data", "")
    assert found.decoded is not None
    assert found.decoded.rgb.tolist() == [[[0, 1, 2], [3, 4, 5]]]
    assert (found.decoded.mime, found.decoded.notes) == ("image/png", ("n",))
    assert found.manifest_reading == reading


def test_errors_come_back_as_our_errors_with_our_words() -> None:
    answer = frame({**ANSWER, "image": None, "image_error": "truncated", "manifest_error": "x"}, b"")
    found = Answering(answer).examine(b"data", "")
    assert found.image_error is not None
    assert found.image_error.user_message == images.unreadable("truncated").user_message
    assert found.manifest_error is not None
    assert found.manifest_error.code == "unreadable_manifest"


@pytest.mark.parametrize(
    "answer",
    [
        memoryview(b""),
        memoryview(b"\0" * 5),
        frame(ANSWER, bytes(6))[:-1],
        frame(ANSWER, bytes(5)),
        frame(ANSWER, bytes(7)),
        frame([], b""),
        frame({}, b""),
        frame({"failed": "MemoryError"}, b""),
        frame({**ANSWER, "image": {**IMAGE, "width": -2, "height": -1}}, bytes(6)),
        frame({**ANSWER, "image": {**IMAGE, "width": 0}}, b""),
        frame({**ANSWER, "image": {**IMAGE, "width": 10**9, "height": 10**9}}, b""),
        frame({**ANSWER, "image": {**IMAGE, "format": "EXE"}}, bytes(6)),
        frame({**ANSWER, "image": {**IMAGE, "format": ["PNG"]}}, bytes(6)),
        frame({**ANSWER, "image": {**IMAGE, "notes": 5}}, bytes(6)),
        frame({**ANSWER, "image": 5}, bytes(6)),
        frame({**ANSWER, "image_error": "no such code"}, b""),
        frame({**ANSWER, "manifest": "{}"}, bytes(6)),
        frame({**ANSWER, "manifest": 7}, bytes(6)),
        frame({**ANSWER, "manifest": READING, "history": "text"}, bytes(6)),
        frame({**ANSWER, "manifest": READING, "history": [1]}, bytes(6)),
        frame({**ANSWER, "crjson": "text"}, bytes(6)),
        frame({**ANSWER, "crjson": [1]}, bytes(6)),
        frame({**ANSWER, "crjson": {"x": "y" * MAX_CRJSON}}, bytes(6)),
        frame({**ANSWER, "crjson": nested(300)}, bytes(6)),
        memoryview(frames._LENGTHS.pack(2**31, 2**62) + b"{}"),
        memoryview(frames._LENGTHS.pack(2, 0) + b"\xff\xff"),
    ],
)
def test_a_dishonest_answer_is_a_failure(answer: memoryview) -> None:
    with pytest.raises(SandboxFailed) as raised:
        Answering(answer).examine(b"data", "")
    assert raised.value.code == "crashed"


def test_history_and_crjson_come_through_and_are_made_harmless() -> None:
    history = History("Valid", "urn:c2pa:1", (SignedManifest("urn:c2pa:1", trust="unknown"),))
    told = {**history.to_json(), "state": "Perfect", "unheard": 1}
    said = {"a\0": "\0b", "n": float("inf")}
    answer = {**ANSWER, "manifest": READING, "history": told, "crjson": said}
    found = Answering(frame(answer, bytes(6))).examine(b"data", "")
    assert found.history == replace(history, state="Invalid")
    assert found.crjson == {"a\ufffd": "\ufffdb", "n": None}
    bare = Answering(frame(ANSWER, bytes(6))).examine(b"data", "")
    assert (bare.history, bare.crjson) == (None, None)


@pytest.mark.parametrize("part", [{"manifest": READING}, {"history": {"state": "Trusted"}}])
def test_a_reading_and_its_history_come_together_or_not_at_all(part: dict[str, Any]) -> None:
    found = Answering(frame({**ANSWER, **part}, bytes(6))).examine(b"data", "")
    assert found.decoded is not None, "the pixels alone were asked for again"
    assert (found.manifest_reading, found.history) == (None, None)
    assert found.manifest_error is not None


def test_a_missing_picture_is_a_failure() -> None:
    with pytest.raises(SandboxFailed):
        Answering(frame({**ANSWER, "image": None}, b"")).examine(b"data", "")


@pytest.mark.parametrize(
    ("status", "code"), [("timeout", "timeout"), ("crashed", "crashed"), ("?", "crashed")]
)
def test_the_helpers_word_decides_the_code(status: str, code: str) -> None:
    with pytest.raises(SandboxFailed) as raised:
        Answering(memoryview(b""), status).examine(b"data", "")
    assert raised.value.code == code
    assert raised.value.user_message


def test_files_over_the_limit_are_refused_before_they_travel() -> None:
    sent = Answering(memoryview(b""))
    large = bytes(images.MAX_BYTES + 1)
    found = sent.examine(large, "")
    assert found.image_error is not None
    assert found.image_error.code == "too_many_bytes"


def test_each_process_has_one_default() -> None:
    assert sandbox.default() is sandbox.default()
