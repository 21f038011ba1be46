"""The Soft Binding Resolution API: every address, status and shape that the specification names."""

import base64
import json
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import RateWindow
from provenance import images, manifest, registry, signing, stamping
from provenance.credentials import jumbf
from provenance.credentials.resolution_urls import urlpatterns
from provenance.credentials.well_known_urls import urlpatterns as well_known
from provenance.models import Inspection, PublishedFile, RegisteredImage
from tests.integration.provenance.conftest import Publish
from tests.integration.provenance.credentials.test_recovery import varied_from
from tests.people import browser_of, person
from tests.suspects import photograph_like, saved

BASE = "/c2pa/v1"
BY_BINDING, BY_CONTENT = f"{BASE}/matches/byBinding", f"{BASE}/matches/byContent"
ALG = "org.tracery.tiled.1"
PICTURE = saved(photograph_like(), "PNG")


@pytest.fixture
def image(publish: Publish) -> RegisteredImage:
    return publish()


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    from provenance.credentials import resolution_schema

    return json.loads(json.dumps(resolution_schema.document()))  # type: ignore[no-any-return]


def value_of(image: RegisteredImage) -> str:
    """The value as our manifests have it, in base64."""
    return base64.b64encode(f"{image.payload:016x}".encode()).decode()


def urns(image: RegisteredImage) -> list[str]:
    files = {file.format: file.manifest_urn for file in PublishedFile.objects.filter(image=image)}
    return [files[name] for name in PublishedFile.Format.values if name in files]


def ask(query: dict[str, Any]) -> Any:
    return Client().get(BY_BINDING, query)


def post(query: Any, address: str = BY_BINDING) -> Any:
    return Client().post(
        address, query if isinstance(query, str | bytes) else json.dumps(query), "application/json"
    )


def found(answer: Any) -> list[str]:
    assert answer.status_code == 200
    body = json.loads(answer.content)
    assert set(body) == {"matches"}
    return [match["manifestId"] for match in body["matches"]]


def refused(answer: Any, status: int, code: str | None = None) -> None:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert answer["Access-Control-Allow-Origin"] == "*"
    body = json.loads(answer.content)
    assert set(body) == {"code", "message"}
    assert body["message"]
    if code:
        assert body["code"] == code


class TestByBinding:
    def test_every_manifest_that_lists_the_mark(
        self, image: RegisteredImage, publish: Publish, document: dict[str, Any]
    ) -> None:
        for answer in (
            ask({"alg": ALG, "value": value_of(image)}),
            post({"alg": ALG, "value": value_of(image)}),
        ):
            assert found(answer) == urns(image)
            conforms(answer.json(), document, "c2pa.softBindingQueryResult")
            assert {match["similarityScore"] for match in answer.json()["matches"]} == {100}
            assert {tuple(match) for match in answer.json()["matches"]} == {("manifestId", "similarityScore")}

    def test_what_our_manifest_says_is_what_is_asked_for(self, image: RegisteredImage, files: Any) -> None:
        """From the signed assertion to the query, as somebody does who reads our file."""
        file = PublishedFile.objects.get(image=image, format="PNG")
        report = read_beside(bytes(file.manifest_store), PICTURE)
        bindings = [
            assertion["data"]
            for assertion in report["manifests"][file.manifest_urn]["assertions"]
            if assertion["label"] == "c2pa.soft-binding"
        ]
        assert [binding["alg"] for binding in bindings] == [ALG]
        text = bindings[0]["blocks"][0]["value"]
        for value in (text, base64.b64encode(text.encode()).decode()):
            assert file.manifest_urn in found(ask({"alg": bindings[0]["alg"], "value": value}))

    @pytest.mark.parametrize("most", ["1", "2", "10", "999999999"])
    def test_no_more_than_asked_for(self, image: RegisteredImage, most: str) -> None:
        query, expected = {"alg": ALG, "value": value_of(image)}, urns(image)[: int(most)]
        assert found(ask({**query, "maxResults": most})) == expected
        assert found(post(query, f"{BY_BINDING}?maxResults={most}")) == expected

    def test_no_match_is_an_empty_list(self, image: RegisteredImage) -> None:
        for alg, value in (
            (ALG, base64.b64encode(b"0" * 16).decode()),
            (ALG, "AAAA"),
            ("org.tracery.dwtdctsvd.1", value_of(image)),
            ("com.adobe.trustmark.P", value_of(image)),
            ("nonsense", value_of(image)),
        ):
            assert found(ask({"alg": alg, "value": value})) == []
            assert found(post({"alg": alg, "value": value})) == []

    def test_an_image_that_was_never_published_is_not_found(self, image: RegisteredImage) -> None:
        RegisteredImage.objects.filter(pk=image.pk).update(published_at=None)
        assert found(ask({"alg": ALG, "value": value_of(image)})) == []

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ({"alg": ALG}, 400, "value_missing"),
            ({"value": "AAAA"}, 400, "alg_missing"),
            ({"alg": "", "value": "AAAA"}, 400, "alg_missing"),
            ({"alg": ALG, "value": ""}, 400, "value_missing"),
            ({"alg": ALG, "value": "not base64!"}, 400, "not_base64"),
            ({"alg": "unknown", "value": "A"}, 400, "not_base64"),
            ({"alg": ALG, "value": "AAAA", "maxResults": "0"}, 400, "bad_max_results"),
            ({"alg": ALG, "value": "AAAA", "maxResults": "-1"}, 400, "bad_max_results"),
            ({"alg": ALG, "value": "AAAA", "maxResults": "many"}, 400, "bad_max_results"),
            ({"alg": ALG, "value": "AAAA", "maxResults": "1.5"}, 400, "bad_max_results"),
            ({"alg": ALG, "value": "AAAA", "maxResults": "٣"}, 400, "bad_max_results"),
            ({"alg": ALG, "value": "AAAA", "maxResults": ""}, 400, "bad_max_results"),
            ({"alg": ALG, "value": "A" * 1025}, 414, "value_too_long"),
        ],
    )
    def test_bad_questions_in_an_address(self, query: dict[str, str], status: int, code: str) -> None:
        refused(ask(query), status, code)

    @pytest.mark.django_db
    def test_the_longest_value_in_an_address(self) -> None:
        assert found(ask({"alg": ALG, "value": "A" * 1024})) == []
        assert found(post({"alg": ALG, "value": "A" * 1028})) == []

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (b"", 400, "not_json"),
            (b"{", 400, "not_json"),
            (b"\xff\xfe", 400, "not_json"),
            ("[" * 30_000, 400, "not_json"),
            ([], 400, "not_json"),
            ("null", 400, "not_json"),
            ({"alg": ALG}, 400, "value_missing"),
            ({"value": "AAAA"}, 400, "alg_missing"),
            ({"alg": 1, "value": "AAAA"}, 400, "alg_missing"),
            ({"alg": ALG, "value": ["AAAA"]}, 400, "value_missing"),
            ({"alg": ALG, "value": "AAA"}, 400, "not_base64"),
            ({"alg": ALG, "value": "A" * 65536}, 413, "too_many_bytes"),
        ],
    )
    def test_bad_questions_in_a_body(self, body: Any, status: int, code: str) -> None:
        refused(post(body), status, code)

    @pytest.mark.django_db
    def test_a_form_is_not_json(self) -> None:
        refused(Client().post(BY_BINDING, {"alg": ALG, "value": "AAAA"}), 400, "not_json")

    @pytest.mark.django_db
    def test_other_methods(self) -> None:
        for method in ("put", "patch", "delete"):
            refused(getattr(Client(), method)(BY_BINDING), 405, "method_not_allowed")


class TestManifests:
    def test_the_store_as_it_was_signed(self, image: RegisteredImage) -> None:
        for file in PublishedFile.objects.filter(image=image):
            for urn in (file.manifest_urn, quote(file.manifest_urn, safe="")):
                answer = Client().get(f"{BASE}/manifests/{urn}")
                assert answer.status_code == 200
                assert answer["Content-Type"] == "application/c2pa"
                assert answer.content == bytes(file.manifest_store)
                assert "no-store" in answer["Cache-Control"]

    def test_whatever_the_client_says_it_accepts(self, image: RegisteredImage) -> None:
        for accept in ("application/c2pa", "text/html", "*/*"):
            answer = Client().get(f"{BASE}/manifests/{urns(image)[0]}", headers={"Accept": accept})
            assert answer.status_code == 200
            refused(Client().get(f"{BASE}/manifests/none", headers={"Accept": accept}), 404, "not_found")

    def test_the_active_manifest_alone(self, image: RegisteredImage) -> None:
        varied = varied_from(image)
        (urn,) = [one for one in urns(varied) if PublishedFile.objects.get(manifest_urn=one).format == "PNG"]
        whole = Client().get(f"{BASE}/manifests/{urn}?returnActiveManifest=false").content
        alone = Client().get(f"{BASE}/manifests/{urn}?returnActiveManifest=true").content
        assert len(jumbf.manifests(whole)) == 2
        assert [one.urn for one in jumbf.manifests(alone)] == [urn]
        for store, ingredients in ((whole, True), (alone, False)):
            report = read_beside(store, PICTURE)
            assert report["active_manifest"] == urn
            results = report["validation_results"]["activeManifest"]
            assert "claimSignature.validated" in {entry["code"] for entry in results["success"]}
            failures = {entry["code"] for entry in results["failure"]}
            expected = {"assertion.dataHash.mismatch"} if ingredients else {"ingredient.manifest.missing"}
            assert failures <= {"assertion.dataHash.mismatch"} | expected

    @pytest.mark.django_db
    def test_bad_questions(self) -> None:
        refused(Client().get(f"{BASE}/manifests/urn:c2pa:none"), 404, "not_found")
        refused(Client().get(f"{BASE}/manifests/{'x' * 500}"), 404, "not_found")
        # PostgreSQL takes a NUL for an error of ours.
        refused(Client().get(f"{BASE}/manifests/a%00b"), 404, "not_found")
        for flag in ("yes", "1", "", "True"):
            answer = Client().get(f"{BASE}/manifests/urn:c2pa:none?returnActiveManifest={flag}")
            refused(answer, 400, "bad_returnActiveManifest")

    def test_of_a_withdrawn_image_the_match_is_told_and_no_manifest_given(
        self, image: RegisteredImage
    ) -> None:
        registry.withdraw(image)
        for urn in found(ask({"alg": ALG, "value": value_of(image)})):
            for flag in ("false", "true"):
                answer = Client().get(f"{BASE}/manifests/{urn}?returnActiveManifest={flag}")
                refused(answer, 404, "withdrawn")
                assert "picture of this manifest" in answer.json()["message"]
        registry.restore(image)
        assert Client().get(f"{BASE}/manifests/{urns(image)[0]}").status_code == 200

    def test_nor_one_that_brings_a_withdrawn_images_thumbnail_along(self, image: RegisteredImage) -> None:
        varied = varied_from(image)
        registry.withdraw(image)
        for flag in ("false", "true"):
            answer = Client().get(f"{BASE}/manifests/{urns(varied)[0]}?returnActiveManifest={flag}")
            refused(answer, 404, "withdrawn")


@pytest.mark.django_db
class TestServices:
    def test_algorithms_are_those_in_our_manifests(self, document: dict[str, Any]) -> None:
        body = Client().get(f"{BASE}/services/supportedAlgorithms").json()
        conforms(body, document, "c2pa.softBindingAlgList")
        assert body == {
            "watermarks": [
                {"alg": stamping.watermark_alg("tiled")},
                {"alg": stamping.watermark_alg("dwtDctSvd")},
            ],
            "fingerprints": [],
        }

    def test_capabilities(self, document: dict[str, Any]) -> None:
        body = Client().get(f"{BASE}/services/capabilities").json()
        conforms(body, document, "c2pa.serviceCapabilities")
        assert body == {"c2paSpecificationVersion": "2.4.0", "supportedCapabilities": ["queryByContent"]}
        assert document["info"]["version"] == body["c2paSpecificationVersion"]

    def test_status_tells_whether_pictures_have_to_wait(
        self, document: dict[str, Any], settings: Settings
    ) -> None:
        body = Client().get(f"{BASE}/services/status").json()
        conforms(body, document, "c2pa.serviceStatus")
        assert body["status"] == "ok"
        Inspection.objects.create(size_bytes=1)
        assert Client().get(f"{BASE}/services/status").json()["status"] == "ok"
        settings.RESOLUTION_WAIT_SECONDS = 0
        assert Client().get(f"{BASE}/services/status").json()["status"] == "degraded"

    def test_discovery_leads_to_the_rest(self, document: dict[str, Any], settings: Settings) -> None:
        body = Client().get("/.well-known/c2pa-soft-binding-resolution").json()
        conforms(body, document, "c2pa.wellKnownDiscovery")
        assert body["apiEndpoint"] == f"{settings.SITE_URL}{BASE}"
        assert body["c2paSpecificationVersion"] == "2.4.0"
        for name in ("capabilitiesEndpoint", "statusEndpoint"):
            assert Client().get(body[name].removeprefix(settings.SITE_URL)).status_code == 200

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("post", "matches/byReference"),
            ("post", "manifests"),
            ("post", "bindings"),
            ("put", "bindings"),
            ("get", "manifests/urn:c2pa:x/receipts"),
            ("post", "manifests/urn:c2pa:x/receipts"),
        ],
    )
    def test_what_is_not_offered_says_so(self, method: str, path: str) -> None:
        refused(getattr(Client(), method)(f"{BASE}/{path}"), 404, "not_offered")

    def test_manifests_cannot_be_deleted(self, image: RegisteredImage) -> None:
        answer = Client().delete(f"{BASE}/manifests/{urns(image)[0]}")
        refused(answer, 405, "method_not_allowed")
        assert "not offered" in answer.json()["message"]
        assert "GET" in answer["Allow"]
        assert PublishedFile.objects.filter(image=image).exists()

    def test_anything_else_is_not_found(self) -> None:
        for method in ("get", "post", "put", "delete"):
            refused(getattr(Client(), method)(f"{BASE}/nothing/here"), 404, "not_found")


@pytest.mark.django_db
class TestPictureRefused:
    """Before any worker is asked."""

    @pytest.mark.parametrize(
        ("body", "media_type", "query", "status", "code"),
        [
            (PICTURE, "", "", 415, "unsupported_media_type"),
            (PICTURE, "application/octet-stream", "", 415, "unsupported_media_type"),
            (PICTURE, "video/mp4", "", 415, "unsupported_media_type"),
            (PICTURE, "multipart/form-data; boundary=x", "", 415, "unsupported_media_type"),
            (b"MZ an .exe", "image/png", "", 415, "not_an_image"),
            (b"<svg></svg>", "image/svg+xml", "", 415, "not_an_image"),
            (b"", "image/png", "", 400, "empty"),
            (PICTURE, "image/png", "?maxResults=0", 400, "bad_max_results"),
            (PICTURE, "image/png", "?hintValue=%25", 400, "not_base64"),
            (b"\x89PNG\r\n\x1a\n".ljust(images.MAX_BYTES + 1), "image/png", "", 413, "too_many_bytes"),
            (b"\x89PNG\r\n\x1a\n".ljust(27 * 2**20), "image/png", "", 413, "too_many_bytes"),
        ],
        ids=lambda value: None if isinstance(value, bytes) else str(value),
    )
    def test_with_its_own_status(
        self, files: Any, body: bytes, media_type: str, query: str, status: int, code: str
    ) -> None:
        # Without a body Django's client would leave the media type out.
        extra: dict[str, Any] = {"CONTENT_TYPE": media_type}
        refused(Client().post(BY_CONTENT + query, body, content_type=media_type, **extra), status, code)
        assert not Inspection.objects.exists()

    def test_no_room(self, files: Any, settings: Settings) -> None:
        settings.MAX_UPLOADS_GB = 0
        answer = Client().post(BY_CONTENT, PICTURE, content_type="image/png")
        refused(answer, 503, "uploads_full")
        assert int(answer["Retry-After"]) > 0

    def test_other_methods(self) -> None:
        refused(Client().get(BY_CONTENT), 405, "method_not_allowed")


@pytest.mark.django_db
class TestLimits:
    ADDRESSES = (
        f"{BY_BINDING}?alg=a&value=AAAA",
        f"{BASE}/manifests/none",
        f"{BASE}/services/supportedAlgorithms",
        f"{BASE}/services/status",
        f"{BASE}/openapi.json",
        f"{BASE}/manifests",
        f"{BASE}/nothing",
        "/.well-known/c2pa-soft-binding-resolution",
    )

    @pytest.mark.parametrize("limit", ["RESOLUTIONS_PER_MINUTE", "RESOLUTIONS_PER_MINUTE_OVERALL"])
    def test_every_address_counts(self, settings: Settings, limit: str) -> None:
        setattr(settings, limit, 1)
        for address in self.ADDRESSES:
            RateWindow.objects.all().delete()
            answers = [Client().get(address) for _ in range(3)]
            # A minute may end between two of them, but not two.
            answer = answers[2] if answers[1].status_code != 429 else answers[1]
            refused(answer, 429, "too_many")
            assert 1 <= int(answer["Retry-After"]) <= 60

    def test_one_client_does_not_use_up_what_others_may(self, settings: Settings) -> None:
        settings.RESOLUTIONS_PER_MINUTE = 2
        address = f"{BASE}/services/status"
        for _ in range(6):
            Client().get(address)
        assert Client(REMOTE_ADDR="198.51.100.7").get(address).status_code == 200

    def test_pictures_count_as_checks_too(self, files: Any, settings: Settings) -> None:
        settings.CHECKS_PER_MINUTE = 1
        settings.RESOLUTION_WAIT_SECONDS = 0
        answers = [Client().post(BY_CONTENT, PICTURE, content_type="image/png") for _ in range(3)]
        refused(answers[2] if answers[1].status_code != 429 else answers[1], 429, "too_many")


@pytest.mark.django_db
class TestOtherSites:
    def test_a_page_of_another_site_may_ask(self) -> None:
        preflight = Client().options(
            BY_CONTENT,
            headers={
                "Origin": "https://elsewhere.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            },
        )
        assert preflight.status_code == 204
        assert preflight["Access-Control-Allow-Origin"] == "*"
        assert set(preflight["Access-Control-Allow-Methods"].split(", ")) == {"GET", "HEAD", "POST"}
        assert preflight["Access-Control-Allow-Headers"] == "Content-Type"
        assert "Access-Control-Allow-Credentials" not in preflight
        for address in TestLimits.ADDRESSES:
            assert Client().get(address)["Access-Control-Allow-Origin"] == "*"

    def test_nowhere_else(self) -> None:
        asking = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
        for address in ("/verify", "/api/v1/inspections", "/api/v1/schema"):
            assert "Access-Control-Allow-Origin" not in Client().get(address, headers=asking)
            assert "Access-Control-Allow-Origin" not in Client().options(address, headers=asking)

    def test_no_session_is_looked_at(self) -> None:
        browser = browser_of(person("staff"))
        browser.handler.enforce_csrf_checks = True
        query = json.dumps({"alg": ALG, "value": "AAAA"})
        answer = browser.post(BY_BINDING, query, content_type="application/json")
        assert found(answer) == []
        assert not answer.cookies


@pytest.mark.django_db
class TestDocument:
    def test_names_every_address_as_the_specification_does(self, document: dict[str, Any]) -> None:
        operations = {
            (path, method): operation["operationId"]
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if method != "servers"
        }
        assert operations == {
            ("/matches/byBinding", "get"): "queryByBinding",
            ("/matches/byBinding", "post"): "queryByLargeBinding",
            ("/matches/byContent", "post"): "queryByContent",
            ("/manifests/{activeManifestId}", "get"): "getManifestById",
            ("/services/supportedAlgorithms", "get"): "getSupportedBindings",
            ("/services/capabilities", "get"): "getServiceCapabilities",
            ("/services/status", "get"): "getServiceStatus",
            ("/.well-known/c2pa-soft-binding-resolution", "get"): "getWellKnown",
        }

    def test_names_the_parameters_and_statuses(self, document: dict[str, Any]) -> None:
        def parameters(path: str, method: str) -> dict[str, bool]:
            named = document["paths"][path][method].get("parameters", [])
            return {one["name"]: one.get("required", False) for one in named}

        binding, content = document["paths"]["/matches/byBinding"], document["paths"]["/matches/byContent"]
        fetch = document["paths"]["/manifests/{activeManifestId}"]["get"]
        assert parameters("/matches/byBinding", "get") == {"alg": True, "value": True, "maxResults": False}
        assert parameters("/matches/byBinding", "post") == {"maxResults": False}
        assert set(parameters("/matches/byContent", "post")) == {"alg", "maxResults", "hintAlg", "hintValue"}
        assert {"200", "400", "414"} <= set(binding["get"]["responses"])
        assert {"200", "400"} <= set(binding["post"]["responses"])
        assert {"200", "400", "413", "415", "429", "500", "503"} == set(content["post"]["responses"])
        assert list(content["post"]["requestBody"]["content"]) == ["image/*"]
        assert {"200", "400", "404"} <= set(fetch["responses"])
        assert list(fetch["responses"]["200"]["content"]) == ["application/c2pa"]

    def test_is_served_and_leaves_the_public_api_alone(self, document: dict[str, Any]) -> None:
        answer = Client().get(f"{BASE}/openapi.json")
        assert answer.status_code == 200
        assert answer.json() == document
        public = Client().get("/api/v1/schema?format=json").json()
        assert public["paths"]
        assert [path for path in public["paths"] if "c2pa" in path] == []
        assert [name for name in public["components"]["schemas"] if name.startswith("c2pa")] == []

    def test_every_address_is_public(self) -> None:
        patterns = [*urlpatterns, *well_known]
        assert {getattr(pattern.callback, "role", None) for pattern in patterns} == {"public"}


def conforms(body: dict[str, Any], document: dict[str, Any], component: str) -> None:
    jsonschema.validate(body, {**document, "$ref": f"#/components/schemas/{component}"})


def read_beside(store: bytes, data: bytes) -> dict[str, Any]:
    """Returns the C2PA library's report on a store beside a picture, read as a third party would."""
    import io

    import c2pa

    settings = {"trust": {"trust_anchors": signing.anchors(), "trust_config": manifest._EKUS}}
    with (
        c2pa.Context.from_dict(settings) as context,
        c2pa.Reader("image/png", io.BytesIO(data), store, context=context) as reader,
    ):
        report: dict[str, Any] = json.loads(reader.json())
    return report
