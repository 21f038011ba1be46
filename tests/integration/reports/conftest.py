"""People, images and cases as rows of the database; files of pictures where a page takes one."""

import datetime as dt
import io
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from provenance.models import Inspection, RegisteredImage
from reports import casework
from reports.casework import Filed
from reports.models import Case

# Text that breaks careless code, each kind once.
HOSTILE = {
    "ten thousand characters": "a" * 10_000,
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "nul": "before\x00after",
    "right to left and joiners": "\u202egnp.exe\u200d\u2066\ufeff",
    "many combining marks": "Z" + "\u0301" * 500,
    "no characters": "\ufdd0\uffff\U0010ffff",
    "template": "{{ case.passphrase_hash }}{% load static %}",
    "newlines": "\r\nBcc: all@mail.example\r\n\r\n",
}

MakeImage = Callable[..., RegisteredImage]
MakeCase = Callable[..., Filed]


@pytest.fixture(autouse=True)
def _quick_hashes(settings: Settings) -> None:
    # The real hasher takes a third of a second on purpose; that it is used is tested once, on its own.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _static_root(settings: Settings) -> None:
    # whitenoise warns about a missing folder, which only `collectstatic` makes, and a warning is an error.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("maker@pictures.example", "a long password", admission="approved")


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user("officer@pictures.example", "a long password", is_staff=True)


@pytest.fixture
def staff_client(officer: User) -> Client:
    client = Client()
    client.force_login(officer)
    return client


@pytest.fixture
def make_image(owner: User) -> MakeImage:
    def make(**fields: object) -> RegisteredImage:
        serial = RegisteredImage.objects.count() + 1
        values: dict[str, object] = {
            "origin_id": uuid.uuid4(),
            "flow": RegisteredImage.Flow.TEXT_TO_IMAGE,
            "owner": owner,
            "model_name": "sketch",
            "model_version": "1",
            "digital_source_type": "trainedAlgorithmicMedia",
            "width": 512,
            "height": 512,
            "watermark_payload": serial,
            "watermark_codec": "wavelet-blocks",
            "watermark_key_id": "k1",
            "pdq": serial.to_bytes(32),
            "phash": serial.to_bytes(32),
            "published_at": timezone.now(),
        }
        return RegisteredImage.objects.create(**(values | fields))

    return make


@pytest.fixture
def image(make_image: MakeImage) -> RegisteredImage:
    return make_image()


@pytest.fixture
def make_inspection(db: None) -> Callable[..., Inspection]:
    def make(**fields: object) -> Inspection:
        values: dict[str, object] = {
            "status": Inspection.Status.DONE,
            "upload_name": "suspects/one",
            "sha256": "0" * 64,
            "size_bytes": 1000,
            "verdict": "ours_altered",
            "finished_at": timezone.now(),
            "expires_at": timezone.now() + dt.timedelta(hours=24),
        }
        return Inspection.objects.create(**(values | fields))

    return make


@pytest.fixture
def make_case(image: RegisteredImage) -> MakeCase:
    def make(**fields: object) -> Filed:
        values: dict[str, object] = {
            "reason": Case.Reason.WITHOUT_CONSENT,
            "explanation": "This is me, and nobody asked me.",
            "seen_at": "https://forum.example/thread/7",
            "contact_email": "reporter@mail.example",
            "inspection": None,
            "image": image,
        }
        return casework.file_report(**(values | fields))  # type: ignore[arg-type]

    return make


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    return make_case().case


@pytest.fixture(scope="session")
def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 90)).save(buffer, "PNG")
    return buffer.getvalue()
