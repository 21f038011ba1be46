"""The real helper and its children, with honest files and with work that means harm."""

import base64
import ctypes
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image

from provenance import certificates, images, manifest, sandbox, sandbox_process
from provenance.credentials.definition import Statement
from provenance.errors import SandboxFailed, UnreadableManifest
from provenance.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[3]


def told(value: object) -> tuple[dict[str, Any], bytes]:
    """An answer that carries a value in the notes of a one-pixel picture."""
    image = {"format": "PNG", "width": 1, "height": 1, "frames": 1, "notes": [json.dumps(value)]}
    return {"image": image, "image_error": None, "manifest": None, "manifest_error": None}, b"abc"


def spin() -> None:
    while True:
        pass


def hog() -> int:
    """Answers honestly if it is given the memory, and so fails the test."""
    return len(bytearray(sandbox_process.MEMORY_BYTES + 1))


def within_a_manifests_limits(action: Callable[[], object]) -> object:
    with sandbox_process._tighter_limits():
        return action()


def large() -> int:
    """More than a manifest may have, and less than a picture may."""
    return len(bytearray(600 * 2**20))


def errno_of(action: Callable[[], object]) -> int | None:
    try:
        action()
    except OSError as error:
        return error.errno
    return None


def hostile(header: dict[str, Any], body: memoryview) -> tuple[dict[str, Any], bytes]:
    """Work for a child, chosen by the file's content; imported by the helper."""
    acts: dict[bytes, Callable[[], object]] = {
        b"spin": spin,
        b"hog": hog,
        b"sleep": lambda: time.sleep(600),
        b"spin in a manifest": lambda: within_a_manifests_limits(spin),
        b"hog in a manifest": lambda: within_a_manifests_limits(large),
        b"hog after a manifest": lambda: [within_a_manifests_limits(list), large()][1],
        b"segfault": lambda: ctypes.string_at(0),
        b"kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
        b"kill helper": lambda: os.kill(os.getppid(), signal.SIGKILL),
        b"exit": lambda: os._exit(0),
        b"raise": lambda: 1 / 0,
        b"open": lambda: errno_of(Path(__file__).read_bytes),
        b"write": lambda: errno_of(lambda: Path("written").write_text("x")),
        b"connect": lambda: errno_of(lambda: socket.create_connection(("127.0.0.1", 9))),
        b"environment": lambda: dict(os.environ),
        b"pid": lambda: [os.getpid(), os.getppid()],
        b"descriptors": lambda: [fd for fd in range(256) if errno_of(lambda fd=fd: os.fstat(fd)) is None],  # type: ignore[misc]
    }
    return told(acts[bytes(body)]())


@pytest.fixture
def harmed() -> Iterator[Sandbox]:
    made = Sandbox(wall_seconds=3, work=f"{__name__}:hostile")
    yield made
    made.close()


@pytest.fixture(scope="module")
def honest() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("authority")
    certificates.make_test_authority(directory, common_name="Tracery tests")
    return directory


@pytest.fixture(scope="module")
def published(authority: Path) -> manifest.Signed:
    signer = manifest.Signer(
        (authority / "chain.pem").read_text(), (authority / "signing-key.pem").read_text()
    )
    said = Statement(
        image_id=uuid4(),
        title="t",
        digital_source_type="trainedAlgorithmicMedia",
        generator_name="g",
        generator_version="1",
        product_version="1",
        created_at=datetime.now(UTC),
        watermark_alg="org.tracery.watermark.1",
        watermark_value="2*01",
        verify_url="https://tracery.example/verify",
    )
    data = images.encode(picture(), "PNG")
    return manifest.sign(data, "image/png", said, signer, (authority / "root.pem").read_text())


def picture() -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.random.default_rng(5).integers(0, 256, (96, 128, 3)).astype(np.uint8)


def decoded(box: Sandbox, data: bytes) -> images.Decoded:
    """The pixels alone, without the second try of `examine`."""
    found = box._ask({"decode": True}, data)
    assert found.decoded is not None
    return found.decoded


def answer_of(box: Sandbox, act: str) -> Any:
    return json.loads(decoded(box, act.encode()).notes[0])


def is_gone(pid: int, within_seconds: float = 10) -> bool:
    end = time.monotonic() + within_seconds
    while time.monotonic() < end:
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_decodes_as_without_a_sandbox(name: Any, honest: Sandbox) -> None:
    data = images.encode(picture(), name)
    inside, outside = decoded(honest, data), images.decode(data)
    assert inside == outside
    assert np.array_equal(inside.rgb, outside.rgb)


@pytest.mark.parametrize("name", sorted(images.MIME))
def test_every_format_decodes_without_opening_a_file(name: str, honest: Sandbox) -> None:
    buffer = io.BytesIO()
    Image.fromarray(picture()).save(buffer, name)
    assert decoded(honest, buffer.getvalue()).format == name


def test_the_largest_picture_fits_in_the_limits(honest: Sandbox) -> None:
    largest = np.zeros((5000, 8000, 3), np.uint8)
    largest[::2, ::3] = 200
    assert largest.shape[0] * largest.shape[1] == images.MAX_PIXELS
    assert np.array_equal(decoded(honest, images.encode(largest, "PNG")).rgb, largest)


def test_errors_of_the_file_come_through(honest: Sandbox, authority: Path) -> None:
    found = honest.examine(b"hello", (authority / "root.pem").read_text())
    assert found.image_error is not None
    assert found.image_error.code == "not_an_image"
    with pytest.raises(UnreadableManifest):
        honest.read_beside(images.encode(picture(), "PNG"), (authority / "root.pem").read_text(), b"\0" * 100)


def test_examine_gives_pixels_and_manifest(
    honest: Sandbox, authority: Path, published: manifest.Signed
) -> None:
    anchors = (authority / "root.pem").read_text()
    found = honest.examine(published.data, anchors)
    assert found.decoded is not None
    assert np.array_equal(found.decoded.rgb, picture())
    assert found.manifest_reading == manifest.read(published.data, "image/png", anchors)
    assert found.manifest_reading is not None
    assert found.manifest_reading.state == "Trusted"
    bare = honest.examine(images.encode(picture(), "PNG"), anchors)
    assert (bare.manifest_reading, bare.manifest_error) == (None, None)
    beside = honest.read_beside(images.encode(picture(), "PNG"), anchors, published.store)
    assert beside is not None
    assert (beside.urn, beside.bytes_unchanged) == (published.urn, False)
    assert honest.read_beside(published.data, anchors, published.store) == found.manifest_reading


def test_examine_tells_the_history_and_a_kept_store_tells_it_again(
    honest: Sandbox, authority: Path, published: manifest.Signed
) -> None:
    anchors, bare = (authority / "root.pem").read_text(), images.encode(picture(), "PNG")
    found = honest.examine(published.data, anchors)
    assert found.history is not None
    (told,) = found.history.manifests
    assert (told.urn, told.signer, told.trust) == (published.urn, "Tracery tests", "trusted")
    assert told.actions[0].sentence == "Made by a trained model"
    assert found.history.problems == ()
    thumbnail = images.decode(base64.b64decode(told.thumbnail))
    assert (thumbnail.format, thumbnail.width, thumbnail.height) == ("JPEG", 128, 96)
    assert found.crjson is not None
    assert published.urn in json.dumps(found.crjson)
    without = honest.examine(bare, anchors)
    assert (without.history, without.crjson) == (None, None)
    beside = honest.history_beside(bare, anchors, published.store)
    assert beside is not None
    assert beside[0].state == "Invalid"
    assert beside[0].problems == ("assertion.dataHash.mismatch",)
    assert beside[0].manifests[0].trust == "trusted", "the record is sound, though not about these bytes"
    assert beside[1] is not None
    own = honest.history_beside(published.data, anchors, published.store)
    assert own is not None
    assert own[0] == found.history
    with pytest.raises(UnreadableManifest):
        honest.history_beside(bare, anchors, b"\0" * 100)


@pytest.mark.parametrize("act", ["spin in a manifest", "hog in a manifest"])
def test_a_manifest_gets_less_time_and_memory_than_a_picture(act: str) -> None:
    """Nothing else ends them: the time for a file is long here, and a picture may have the 600 MB."""
    patient = Sandbox(wall_seconds=60, work=f"{__name__}:hostile")
    with pytest.raises(SandboxFailed) as raised:
        decoded(patient, act.encode())
    patient.close()
    assert raised.value.code == "crashed"


def test_after_the_manifest_a_picture_gets_its_own_limits(harmed: Sandbox) -> None:
    assert answer_of(harmed, "hog after a manifest") == 600 * 2**20


@pytest.mark.parametrize(
    ("act", "code"),
    [
        ("spin", "timeout"),
        ("sleep", "timeout"),
        ("hog", "crashed"),
        ("segfault", "crashed"),
        ("kill", "crashed"),
        ("exit", "crashed"),
        ("raise", "crashed"),
    ],
)
def test_harm_stays_in_the_child_and_the_next_request_works(act: str, code: str, harmed: Sandbox) -> None:
    _, helper = answer_of(harmed, "pid")
    with pytest.raises(SandboxFailed) as raised:
        decoded(harmed, act.encode())
    assert raised.value.code == code
    _, same = answer_of(harmed, "pid")
    assert same == helper, "the helper should have survived"


def test_examine_tries_the_pixels_alone_when_the_pair_fails(
    honest: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = honest._ask

    def failing(header: dict[str, Any], data: bytes, store: bytes | None = None) -> sandbox.Examination:
        if "anchors" in header:
            raise SandboxFailed("crashed", "A manifest that kills its reader.")
        return ask(header, data, store)

    monkeypatch.setattr(honest, "_ask", failing)
    found = honest.examine(images.encode(picture(), "PNG"), "")
    assert found.decoded is not None
    assert found.manifest_error is not None
    assert found.manifest_error.code == "crashed"


def test_a_child_can_open_no_file_and_no_socket(harmed: Sandbox) -> None:
    too_many_open_files = 24
    assert answer_of(harmed, "open") == too_many_open_files
    assert answer_of(harmed, "write") == too_many_open_files
    assert answer_of(harmed, "connect") == too_many_open_files


def test_a_child_holds_only_its_own_pipe(harmed: Sandbox) -> None:
    standard, answer = answer_of(harmed, "descriptors")[:3], answer_of(harmed, "descriptors")[3:]
    assert standard == [0, 1, 2]
    assert len(answer) == 1


def test_no_secret_reaches_the_helper(harmed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://user:password@host/name")
    assert set(answer_of(harmed, "environment")) <= {
        "LANG",
        "LC_CTYPE",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
    }


def test_a_killed_helper_is_replaced(harmed: Sandbox) -> None:
    _, helper = answer_of(harmed, "pid")
    os.kill(helper_pid(harmed), signal.SIGKILL)
    _, other = answer_of(harmed, "pid")
    assert helper != other


def test_a_file_that_kills_the_helper_fails_and_the_next_request_works(harmed: Sandbox) -> None:
    with pytest.raises(SandboxFailed):
        decoded(harmed, b"kill helper")
    assert answer_of(harmed, "pid")


def test_a_stopped_helper_is_given_up(harmed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_GRACE_SECONDS", 0.0)
    answer_of(harmed, "pid")
    stopped = helper_pid(harmed)
    os.kill(stopped, signal.SIGSTOP)
    with pytest.raises(SandboxFailed) as raised:
        decoded(harmed, b"pid")
    assert raised.value.code == "timeout"
    assert is_gone(stopped)
    monkeypatch.undo()
    assert answer_of(harmed, "pid")


def helper_pid(box: Sandbox) -> int:
    assert box._helper is not None
    return box._helper.pid


def test_the_helper_ends_with_its_parent() -> None:
    code = (
        "import os, provenance.images as i, provenance.sandbox as s, numpy as n\n"
        "box = s.default()\n"
        "box.examine(i.encode(n.zeros((4, 4, 3), n.uint8), 'PNG'), '')\n"
        "print(box._helper.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert is_gone(int(done.stdout))


def test_a_forked_worker_gets_a_sandbox_of_its_own_and_leaves_its_parents_alone() -> None:
    code = (
        "import os, sys, provenance.images as i, provenance.sandbox as s, numpy as n\n"
        "data = i.encode(n.zeros((4, 4, 3), n.uint8), 'PNG')\n"
        "s.default().examine(data, ''); before = s.default()._helper.pid\n"
        "child = os.fork()\n"
        "s.default().examine(data, ''); pid = s.default()._helper.pid\n"
        "if child == 0: sys.exit(0 if pid != before else 7)\n"
        "status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "s.default().examine(data, '')\n"
        "sys.exit(status if s.default()._helper.pid == before else 8)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
