"""Nobody can fill the disk or the memory of the web process with one request."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory

from provenance.models import Inspection

pytestmark = pytest.mark.django_db


def test_a_body_over_the_cap_is_refused_with_a_clear_message(client: Client) -> None:
    upload = SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * (26 * 1024 * 1024))
    response = client.post("/verify", {"picture": upload})
    assert response.status_code == 413
    assert b"larger than 26 MB" in response.content
    assert not Inspection.objects.exists()


def test_a_request_that_states_no_length_is_not_read(rf: RequestFactory) -> None:
    request = rf.post("/verify", {"picture": SimpleUploadedFile("a.png", b"\0" * 5000)})
    del request.META["CONTENT_LENGTH"]
    unread = WSGIRequest({**request.environ, "CONTENT_LENGTH": ""})
    assert unread.read() == b""
