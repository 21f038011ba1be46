"""The API: the coarse answer for everybody, the numbers for staff, and every error in one shape."""

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from provenance import images, inspection_store, registry
from provenance.api_urls import urlpatterns
from provenance.credentials.history import Action, History, SignedManifest
from provenance.evidence import Evidence, LookalikeFinding, ManifestFinding, Presence, WatermarkFinding
from provenance.models import Inspection, RegisteredImage
from tests.integration.provenance.conftest import origin
from tests.people import browser_of, person
from tests.suspects import photograph_like, saved

pytestmark = pytest.mark.usefixtures("db", "files")
PICTURE = saved(photograph_like(), "PNG")
POST = "/api/v1/inspections"

UUID_OR_TIME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+")


def send(client: Client | None = None, data: bytes = PICTURE, token: str = "") -> Any:
    form = {"picture": SimpleUploadedFile("suspect.png", data)}
    return (client or Client()).post(POST, form, headers={"X-CSRFToken": token} if token else {})


def read(row: Inspection, client: Client | None = None) -> dict[str, Any]:
    answer = (client or Client()).get(reverse("api:inspection", args=[row.pk]))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return dict(answer.json())


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return dict(Client().get("/api/v1/schema?format=json").json())


@pytest.fixture
def image() -> RegisteredImage:
    row = registry.reserve(
        origin(owner=person()), width=8, height=8, watermark_codec="none", watermark_key_id="none"
    )
    RegisteredImage.objects.filter(pk=row.pk).update(
        published_at=timezone.now(), pdq=bytes(32), phash=bytes(32)
    )
    row.refresh_from_db()
    return row


@pytest.fixture
def done(image: RegisteredImage) -> Inspection:
    """A finished check with numbers that stand nowhere else."""
    pk = str(image.pk)
    evidence = Evidence(
        "0" * 64, 4711, 4712, "PNG",
        watermark=WatermarkFinding(Presence.PRESENT, pk, "00ff00ff00ff00ff", "tiled 1", 1e-20),
        lookalike=LookalikeFinding(Presence.PRESENT, pk, 4713, 4714, 1.25, 77, 1, (pk,), "hash"),
        milliseconds={"watermark": 4715.0},
    )  # fmt: skip
    row = inspection_store.store(PICTURE)
    Inspection.objects.filter(pk=row.pk).update(
        status="done", verdict="OURS_ALTERED", evidence=evidence.to_json(), image=image, attempts=1
    )
    row.refresh_from_db()
    return row


def conforms(body: dict[str, Any], schema: dict[str, Any], component: str) -> None:
    """OpenAPI 3.0 says `nullable`; JSON Schema does not know that word."""

    def plain(part: Any) -> Any:
        if isinstance(part, list):
            return [plain(item) for item in part]
        if not isinstance(part, dict):
            return part
        kept = {key: plain(value) for key, value in part.items() if key != "nullable"}
        return {"anyOf": [kept, {"type": "null"}]} if part.get("nullable") else kept

    jsonschema.validate(body, {**plain(schema), "$ref": f"#/components/schemas/{component}"})


class TestStory:
    def test_from_a_picture_to_an_answer(
        self,
        schema: dict[str, Any],
        signing_authority: None,
        eager: None,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            taken = send()
        assert taken.status_code == 202
        assert "sessionid" not in taken.cookies
        assert "csrftoken" not in taken.cookies
        body = taken.json()
        conforms(body, schema, "Check")
        assert (body["state"], body["answer"]) == ("waiting", None)
        row = Inspection.objects.get()
        assert taken["Location"] == f"http://testserver/api/v1/inspections/{row.pk}" == body["links"]["self"]

        found = read(row)
        conforms(found, schema, "Check")
        assert found["state"] == "done"
        assert found["answer"]["verdict"] == "NO_EVIDENCE"
        assert "proves nothing" in found["answer"]["meaning"]
        assert found["image"] is None
        assert Client().get(found["links"]["page"]).status_code == 200
        assert Client().get(found["links"]["report"]).status_code == 200

    def test_a_check_says_how_it_stands(self, done: Inspection, schema: dict[str, Any]) -> None:
        states = {}
        for status, expected in (("queued", "waiting"), ("running", "examining"), ("done", "done")):
            Inspection.objects.update(status=status)
            found = read(done)
            conforms(found, schema, "Check")
            states[status] = expected
            assert (found["state"], found["answer"] is None) == (expected, expected != "done")
        Inspection.objects.update(status="failed", error_code="damaged", error_message="It is damaged.")
        assert read(done)["problem"] == {"code": "damaged", "message": "It is damaged."}
        Inspection.objects.update(status="queued")
        assert inspection_store.cancel(Inspection.objects.get())
        cancelled = read(done)
        assert (cancelled["state"], cancelled["links"]["report"]) == ("cancelled", None)

    def test_what_was_deleted_is_not_told(self, done: Inspection, schema: dict[str, Any]) -> None:
        Inspection.objects.update(expires_at=timezone.now())
        assert inspection_store.delete_expired() == 1
        found = read(done)
        conforms(found, schema, "Check")
        assert (found["state"], found["answer"], found["image"]) == ("expired", None, None)


class TestWhoSeesWhat:
    def test_the_public_gets_words_and_no_numbers(
        self, done: Inspection, image: RegisteredImage, schema: dict[str, Any]
    ) -> None:
        for visitor in (None, person(), person("waiting"), image.owner):
            found = read(done, browser_of(visitor))
            conforms(found, schema, "Check")
            assert "staff" not in found
            assert found["answer"]["certainty"] == "very sure"
            assert found["image"]["id"] == str(image.pk)
            # Ids and times now and then have one of the numbers in them.
            text = UUID_OR_TIME.sub("", json.dumps(found))
            numbers = ("4711", "4712", "4713", "4714", "4715", "1.25", "00ff00ff", "1e-20", "0" * 64)
            assert [number for number in (*numbers, "millisecond", "pdq") if number in text] == []
            assert image.owner is not None
            assert image.owner.email not in text

    def test_staff_get_every_number(self, done: Inspection, schema: dict[str, Any]) -> None:
        found = read(done, browser_of(person("staff")))
        conforms(found, schema, "Check")
        told = found["staff"]
        assert told["evidence"] == done.evidence
        assert told["evidence"]["milliseconds"] == {"watermark": 4715.0}
        assert told["evidence"]["lookalike"]["pdq_distance"] == 4713
        assert told["named_ids"] == [str(done.image_id)]
        assert told["page"].endswith(reverse("provenance:inspection", args=[done.pk]))

    def test_in_production_staff_need_two_steps(self, done: Inspection, settings: Settings) -> None:
        settings.PRODUCTION = True
        assert "staff" not in read(done, browser_of(person("staff")))


class TestCredentials:
    def test_what_was_recovered_is_named_with_its_addresses(
        self, done: Inspection, schema: dict[str, Any]
    ) -> None:
        said = History("Valid", "urn:c2pa:1", (SignedManifest("urn:c2pa:1"),))
        Inspection.objects.update(
            credentials={"own": None, "recovered": said.to_json()},
            crjson={"own": None, "recovered": {"a": 1}},
        )
        found = read(done)
        conforms(found, schema, "Check")
        told = found["credentials"]
        assert (told["own"], told["signer"], told["recovered"]) == ("none", None, True)
        assert told["crjson"]["own"] is None
        assert Client().get(told["crjson"]["recovered"]).json() == {"a": 1}
        assert Client().get(told["page"]).status_code == 200

    def test_nothing_is_recovered_of_what_was_withdrawn(
        self, done: Inspection, image: RegisteredImage, schema: dict[str, Any]
    ) -> None:
        said = History("Valid", "urn:c2pa:1", (SignedManifest("urn:c2pa:1"),))
        Inspection.objects.update(credentials={"recovered": said.to_json()}, crjson={"recovered": {"a": 1}})
        registry.withdraw(image)
        told = read(done)["credentials"]
        conforms(read(done), schema, "Check")
        assert (told["recovered"], told["crjson"]) == (False, {"own": None, "recovered": None})

    def test_a_strangers_record_is_quoted(self, done: Inspection, schema: dict[str, Any]) -> None:
        made = Action("c2pa.created", "Made by a trained model", source_type="trainedAlgorithmicMedia")
        said = History("Valid", "urn:c2pa:1", (SignedManifest("urn:c2pa:1", actions=(made,)),))
        finding = ManifestFinding(Presence.PRESENT, "Valid", signer="Another")
        evidence = Evidence("0" * 64, 8, 8, "PNG", manifest=finding)
        Inspection.objects.update(
            verdict="NO_EVIDENCE",
            image=None,
            evidence=evidence.to_json(),
            credentials={"own": said.to_json()},
        )
        found = read(done)
        conforms(found, schema, "Check")
        assert found["answer"]["verdict"] == "NO_EVIDENCE"
        assert (found["credentials"]["own"], found["credentials"]["signer"]) == ("other", "Another")
        assert "which say: “Made by a trained model.”" in found["credentials"]["sentence"]

    def test_there_are_none_before_the_answer(self, done: Inspection) -> None:
        Inspection.objects.update(status="running")
        assert read(done)["credentials"] is None


class TestSessions:
    def test_nobody_needs_a_cookie(self) -> None:
        assert send(Client(enforce_csrf_checks=True)).status_code == 202

    def test_another_site_cannot_use_somebodys_session(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(person("staff"))
        refused = send(browser)
        assert refused.status_code == 403
        assert refused.json()["code"] == "permission_denied"
        assert not Inspection.objects.exists()

    def test_a_session_with_its_token_may(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(person("staff"))
        browser.get("/verify")
        assert send(browser, token=browser.cookies["csrftoken"].value).status_code == 202


class TestRefusals:
    @pytest.mark.parametrize(
        ("data", "status", "code"),
        [
            (b"", 422, "empty"),
            (b"MZ an .exe", 415, "not_an_image"),
            (b"\x89PNG\r\n\x1a\n".ljust(images.MAX_BYTES + 1), 413, "too_many_bytes"),
            (b"\x89PNG\r\n\x1a\n".ljust(27 * 2**20), 413, "too_many_bytes"),
        ],
        ids=["empty", "no picture", "25 MB and one byte", "27 MB"],
    )
    def test_files(self, schema: dict[str, Any], data: bytes, status: int, code: str) -> None:
        self.refused(send(data=data), status, code, schema)

    @pytest.mark.parametrize(
        ("ask", "status", "code"),
        [
            (lambda client: client.post(POST), 422, "picture_missing"),
            (lambda client: client.post(POST, {"picture": "words"}), 422, "picture_missing"),
            (
                lambda client: client.post(POST, {"file": SimpleUploadedFile("a.png", PICTURE)}),
                422,
                "picture_missing",
            ),
            (lambda client: client.post(POST, "{}", "application/json"), 415, "unsupported_media_type"),
            (lambda client: client.post(POST, PICTURE, "image/png"), 415, "unsupported_media_type"),
            (lambda client: client.post(POST, b"x", "multipart/form-data"), 400, "parse_error"),
            (lambda client: client.post(POST, {str(n): "" for n in range(1001)}), 400, "parse_error"),
            (lambda client: client.get(POST), 405, "method_not_allowed"),
            (lambda client: client.options(POST), 405, "method_not_allowed"),
            (lambda client: client.delete(f"{POST}/{'0' * 8}-0000-4000-8000-{'0' * 12}"), 405, None),
            (lambda client: client.get(f"{POST}/{'0' * 8}-0000-4000-8000-{'0' * 12}"), 404, "not_found"),
            (lambda client: client.get(f"{POST}/none"), 404, "not_found"),
            (lambda client: client.post("/api/v1/anything/else"), 404, "not_found"),
            (lambda client: client.get(POST, headers={"Accept": "text/html"}), 406, "not_acceptable"),
        ],
    )
    def test_requests(
        self, schema: dict[str, Any], ask: Callable[[Client], HttpResponse], status: int, code: str | None
    ) -> None:
        self.refused(ask(Client()), status, code, schema)

    def test_too_many(self, schema: dict[str, Any], settings: Settings) -> None:
        settings.CHECKS_PER_MINUTE_OVERALL = 1
        codes = [send() for _ in range(3)]
        # A minute may end between two of them, but not two.
        refused = codes[2] if codes[1].status_code == 202 else codes[1]
        self.refused(refused, 429, "too_many", schema)
        assert 1 <= int(refused["Retry-After"]) <= 60

    def test_too_much_today(self, schema: dict[str, Any], settings: Settings) -> None:
        settings.CHECKS_MB_PER_DAY = 0
        self.refused(send(), 429, "too_much_today", schema)

    def test_no_room(self, schema: dict[str, Any], settings: Settings) -> None:
        settings.MAX_UPLOADS_GB = 0
        refused = send()
        self.refused(refused, 503, "uploads_full", schema)
        assert int(refused["Retry-After"]) > 0

    def refused(self, answer: HttpResponse, status: int, code: str | None, schema: dict[str, Any]) -> None:
        body = json.loads(answer.content)
        assert answer.status_code == status, body
        assert answer["Content-Type"] == "application/json"
        conforms(body, schema, "Problem")
        assert set(body) == {"code", "message"}
        assert code is None or body["code"] == code
        assert not Inspection.objects.filter(status="queued", size_bytes=0).exists()


class TestDescription:
    def test_it_names_every_address_and_is_sound(self, schema: dict[str, Any]) -> None:
        from drf_spectacular.validation import validate_schema

        validate_schema(schema)  # type: ignore[no-untyped-call]
        ours = {
            name for name in (pattern.name for pattern in urlpatterns) if name not in ("schema", "missing")
        }
        assert len(schema["paths"]) == len(ours)
        post = schema["paths"][POST]["post"]
        assert set(post["responses"]) == {"202", "400", "413", "415", "422", "429", "503"}
        assert "Location" in post["responses"]["202"]["headers"]
        assert "Retry-After" in post["responses"]["429"]["headers"]

    def test_its_examples_are_what_it_describes(self, schema: dict[str, Any]) -> None:
        """Each example conforms to the schema beside it."""
        seen = 0
        for path in schema["paths"].values():
            for operation in path.values():
                for response in operation["responses"].values():
                    for content in response["content"].values():
                        component = content["schema"]["$ref"].rsplit("/", 1)[1]
                        for example in content["examples"].values():
                            conforms(example["value"], schema, component)
                            seen += 1
        assert seen > 8

    def test_everybody_may_read_it(self) -> None:
        answer = Client().get("/api/v1/schema")
        assert answer.status_code == 200
        assert re.match(r"openapi: 3\.", answer.content.decode())

    def test_every_address_is_public(self) -> None:
        assert {getattr(pattern.callback, "role", None) for pattern in urlpatterns} == {"public"}
