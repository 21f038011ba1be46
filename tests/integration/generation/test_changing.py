"""Inpainting and variation: what may be asked for, what the generator is given, and what is published."""

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.db import IntegrityError, transaction
from PIL import ExifTags, Image
from pytest_django import Settings

from accounts.errors import TooMany
from accounts.models import User
from generation import jobs, pipeline, production, uploads
from generation.errors import BadMask, SourceNotYours, SourceWithdrawn, TooManyJobs
from generation.models import Job, Refusal
from generation.sources import Material
from provenance import fingerprint, images, inspection, registry, verdict
from provenance.credentials.definition import Parent
from provenance.models import RegisteredImage
from provenance.stamping import FORMATS
from provenance.verdict import VerdictKind
from tests.integration.generation.changes import Ask, actions, active, done, inpaint, published, vary
from tests.integration.generation.conftest import Drawer, mask_png
from tests.integration.provenance.conftest import Publish, file_of
from tests.people import person
from tests.suspects import (
    HEIGHT,
    WIDTH,
    photograph_like,
    pixels,
    png_header,
    saved,
    scene,
)
from watermark import signature

pytestmark = pytest.mark.usefixtures("files", "signing_authority")
Status = Job.Status
REFUSED = "a naked man"


@pytest.fixture
def image(publish: Publish, owner: User) -> RegisteredImage:
    return publish(owner=owner)


both = pytest.mark.parametrize("ask", [inpaint, vary])


class TestRequesting:
    def test_an_inpainting_is_queued_as_asked(self, owner: User, image: RegisteredImage) -> None:
        made = inpaint(owner, image, image_count=2)
        assert isinstance(made, Job)
        row = Job.objects.get(pk=made.pk)
        assert (row.flow, row.source, row.source_upload) == ("inpainting", image, None)
        assert (bytes(row.mask), row.prompt, row.image_count, row.seed) == (mask_png(), "a red circle", 2, 7)
        assert (row.status, User.objects.get(pk=owner.pk).active_jobs) == (Status.QUEUED, 1)

    def test_a_variation_of_an_upload_is_queued_without_words(self, owner: User) -> None:
        upload = uploads.keep(owner, saved(photograph_like(), "PNG"))
        made = vary(owner, upload, seed=None)
        assert isinstance(made, Job)
        row = Job.objects.get(pk=made.pk)
        assert (row.flow, row.source, row.source_image) == ("variation", upload, None)
        assert (row.prompt, bytes(row.mask)) == ("", b"")

    @both
    def test_a_refused_prompt_makes_no_job(self, ask: Ask, owner: User, image: RegisteredImage) -> None:
        made = ask(owner, image, prompt=REFUSED)
        assert isinstance(made, Refusal)
        assert made.prompt == REFUSED
        assert not Job.objects.exists()

    @both
    def test_limits_are_those_of_text_to_image(
        self, ask: Ask, owner: User, image: RegisteredImage, settings: Settings
    ) -> None:
        settings.ACTIVE_JOBS_PER_ACCOUNT = 1
        ask(owner, image)
        with pytest.raises(TooManyJobs):
            ask(owner, image)
        settings.PROMPTS_PER_MINUTE = 1
        with pytest.raises(TooMany):
            ask(owner, image)
        assert Job.objects.count() == 1

    @both
    def test_only_ones_own_images_on_view(
        self, ask: Ask, owner: User, image: RegisteredImage, publish: Publish
    ) -> None:
        with pytest.raises(SourceNotYours):
            ask(person(), image)
        with pytest.raises(SourceNotYours):
            ask(owner, publish(scene(5)))
        registry.withdraw(image)
        with pytest.raises(SourceWithdrawn):
            ask(owner, image)
        registry.restore(image)
        assert isinstance(ask(owner, image), Job)
        assert User.objects.get(pk=owner.pk).active_jobs == 1

    @pytest.mark.parametrize("mask", [b"", saved(scene(1), "JPEG"), mask_png() + bytes(jobs.MAX_MASK_BYTES)])
    def test_a_mask_that_is_no_small_png_is_turned_away(
        self, mask: bytes, owner: User, image: RegisteredImage
    ) -> None:
        with pytest.raises(BadMask):
            inpaint(owner, image, mask=mask)
        assert not Job.objects.exists()


class TestWhatMayNeverBe:
    @pytest.mark.parametrize("flow", ["text-to-image", "inpainting", "variation", "operator"])
    @pytest.mark.parametrize("with_image", [False, True])
    @pytest.mark.parametrize("with_upload", [False, True])
    @pytest.mark.parametrize("mask", [b"", b"mask"])
    def test_flow_source_and_mask_fit_together(
        self,
        flow: str,
        with_image: bool,
        with_upload: bool,
        mask: bytes,
        owner: User,
        image: RegisteredImage,
    ) -> None:
        upload = uploads.keep(owner, saved(photograph_like(), "PNG"))
        allowed = {
            "text-to-image": not with_image and not with_upload and not mask,
            "inpainting": with_image != with_upload and bool(mask),
            "variation": with_image != with_upload and not mask,
            "operator": False,
        }[flow]
        fields = {
            "flow": flow,
            "mask": mask,
            "source_image": image if with_image else None,
            "source_upload": upload if with_upload else None,
        }
        try:
            with transaction.atomic():
                Job.objects.create(owner=owner, prompt="a lake", seed=1, **fields)
        except IntegrityError:
            assert not allowed
        else:
            assert allowed


class TestWhatTheGeneratorIsGiven:
    def test_an_image_of_ours_and_the_mask_as_they_are(
        self, owner: User, image: RegisteredImage, drawer: Drawer
    ) -> None:
        job = done(inpaint(owner, image, image_count=2))
        assert (job.status, job.images_done, drawer.seeds) == (Status.DONE, 2, [7, 8])
        rgb, mask, prompt = drawer.given[0]
        assert np.array_equal(rgb, pixels(file_of(image)))
        assert mask[:, : WIDTH // 2].all()
        assert not mask[:, WIDTH // 2 :].any()
        assert prompt == "a red circle"

    def test_the_mask_goes_when_the_job_has_ended(
        self, owner: User, image: RegisteredImage, drawer: Drawer
    ) -> None:
        drawer.during = lambda step: seen.append(bool(Job.objects.get().mask))
        seen: list[bool] = []
        made = done(inpaint(owner, image))
        assert (made.status, all(seen), len(seen)) == (Status.DONE, True, 3)
        cancelled = inpaint(owner, image)
        assert isinstance(cancelled, Job)
        jobs.cancel(cancelled)
        assert [bytes(job.mask) for job in Job.objects.all()] == [b"", b""]

    def test_an_upload_that_says_how_to_turn_it_and_its_mask_fit_together(
        self, owner: User, drawer: Drawer
    ) -> None:
        """Chromium does not turn such a file, so what is painted on it is painted on the unturned one."""
        photo, out, turn = photograph_like(), io.BytesIO(), Image.Exif()
        turn[ExifTags.Base.Orientation] = 6
        Image.fromarray(photo).save(out, "WEBP", exif=turn, lossless=True)
        done(inpaint(owner, uploads.keep(owner, out.getvalue())))
        rgb, mask, _ = drawer.given[0]
        assert rgb.shape == photo.shape
        assert mask[:, : photo.shape[1] // 2].all()

    def test_an_upload_brought_to_the_canvas(self, owner: User, drawer: Drawer) -> None:
        photo = np.asarray(cv2.resize(photograph_like(), (1500, 1000)), np.uint8)
        upload = uploads.keep(owner, saved(photo, "PNG"))
        job = done(inpaint(owner, upload, mask=mask_png(1500, 1000)))
        rgb, mask, _ = drawer.given[0]
        assert rgb.shape == (688, 1024, 3)
        assert mask.shape == (688, 1024)
        assert (job.width, job.height) == (1024, 688)
        assert abs(mask.mean() - 0.5) < 0.01
        # The same picture, not merely one of that size.
        small = cv2.resize(rgb, (96, 64), interpolation=cv2.INTER_AREA).astype(float)
        assert np.abs(small - cv2.resize(photo, (96, 64), interpolation=cv2.INTER_AREA)).mean() < 3

    @pytest.mark.parametrize("brought", [False, True])
    def test_a_variation_without_our_old_signature(
        self, brought: bool, owner: User, image: RegisteredImage, drawer: Drawer
    ) -> None:
        done(vary(owner, uploads.keep(owner, file_of(image)) if brought else image, prompt="a lake"))
        rgb, prompt = drawer.given[0]
        before = pixels(file_of(image))
        assert signature.is_present(before)
        assert not signature.is_present(rgb)
        x, y, across, down = signature.region(WIDTH, HEIGHT)
        changed = (rgb != before).any(axis=2)
        assert changed[y : y + down, x : x + across].mean() > 0.9
        assert not changed[: y - 4].any()
        assert prompt == "a lake"

    def test_neither_upload_nor_mask_is_decoded_by_the_worker(
        self, owner: User, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upload = uploads.keep(owner, saved(photograph_like(), "WEBP"))
        decoded_here: list[bytes] = []
        genuine = images.decode

        def decode(data: bytes) -> Any:
            decoded_here.append(bytes(data))
            return genuine(data)

        monkeypatch.setattr("provenance.images.decode", decode)
        assert done(inpaint(owner, upload)).status == Status.DONE
        assert decoded_here, "what we made ourselves is read back here"
        assert uploads.read(upload) not in decoded_here
        assert mask_png() not in decoded_here


class TestWhatFails:
    def failed(self, made: Job | Refusal, drawer: Drawer) -> Job:
        job = done(made)
        assert (job.status, drawer.given) == (Status.FAILED, [])
        assert len(job.error_message) > 20
        assert not RegisteredImage.objects.filter(origin_id=job.pk).exists()
        assert User.objects.get(pk=job.owner_id).active_jobs == 0
        return job

    @both
    def test_withdrawn_before_the_worker_came(
        self, ask: Ask, owner: User, image: RegisteredImage, drawer: Drawer
    ) -> None:
        made = ask(owner, image)
        registry.withdraw(image)
        assert self.failed(made, drawer).error_code == "source_withdrawn"

    def test_withdrawn_while_it_was_drawn(self, owner: User, image: RegisteredImage, drawer: Drawer) -> None:
        drawer.during = lambda step: registry.withdraw(image)
        job = done(inpaint(owner, image))
        assert (job.status, job.error_code) == (Status.FAILED, "source_withdrawn")
        assert not RegisteredImage.objects.filter(origin_id=job.pk).exists()

    @both
    def test_an_upload_that_breaks_off(self, ask: Ask, owner: User, drawer: Drawer) -> None:
        upload = uploads.keep(owner, saved(photograph_like(), "PNG")[:2000])
        assert self.failed(ask(owner, upload), drawer).error_code == "truncated"

    def test_an_upload_that_is_too_narrow(self, owner: User, drawer: Drawer) -> None:
        upload = uploads.keep(owner, saved(np.zeros((100, 500, 3), np.uint8), "PNG"))
        assert self.failed(vary(owner, upload), drawer).error_code == "source_too_narrow"

    def test_an_upload_that_never_reached_storage(self, owner: User, files: Path, drawer: Drawer) -> None:
        upload = uploads.keep(owner, saved(photograph_like(), "PNG"))
        made = vary(owner, upload)
        (files / str(upload.content)).unlink()
        assert self.failed(made, drawer).error_code == "upload_gone"

    @pytest.mark.parametrize("mask", [mask_png()[:60], png_header(50_000, 50_000)])
    def test_a_mask_that_cannot_be_decoded(
        self, mask: bytes, owner: User, image: RegisteredImage, drawer: Drawer
    ) -> None:
        assert self.failed(inpaint(owner, image, mask=mask), drawer).error_code == "bad_mask"

    def test_a_mask_that_marks_nothing(self, owner: User, image: RegisteredImage, drawer: Drawer) -> None:
        black = saved(np.zeros((HEIGHT, WIDTH, 3), np.uint8), "PNG")
        job = self.failed(inpaint(owner, image, mask=black), drawer)
        assert job.error_code == "empty_mask"
        assert "Paint over the part" in job.error_message


def test_all_published_but_not_finished_needs_no_source_any_more(
    owner: User, image: RegisteredImage, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = vary(owner, image)
    assert isinstance(made, Job)
    with monkeypatch.context() as broken:

        def die(job: Job) -> None:
            raise KeyboardInterrupt

        broken.setattr(jobs, "finish", die)
        with pytest.raises(KeyboardInterrupt):
            production.run(made.pk)
    Job.objects.update(heartbeat_at=made.created_at.replace(year=2020))
    registry.withdraw(image)
    assert len(published(done(made))) == 1
    assert drawer.seeds == [7]


class TestPublished:
    """With the built-in generator, from the request to what the public finds in the file."""

    @pytest.fixture(autouse=True)
    def _built_in_generator(self, settings: Settings) -> None:
        settings.GENERATOR = pipeline.SKETCH
        pipeline.current.cache_clear()

    def assert_traced(self, image: RegisteredImage) -> None:
        for name in FORMATS:
            evidence = inspection.inspect(file_of(image, name))
            decided = verdict.decide(evidence)
            assert (decided.kind, decided.image_id) == (VerdictKind.OURS_INTACT, str(image.pk))
            assert evidence.watermark.image_id == str(image.pk)

    def test_an_image_of_ours_inpainted(self, owner: User, image: RegisteredImage) -> None:
        (made,) = published(done(inpaint(owner, image)))
        assert (made.flow, made.owner, made.digital_source_type) == ("inpainting", owner, "algorithmicMedia")
        self.assert_traced(made)
        before, after = pixels(file_of(image)), pixels(file_of(made))
        # Outside the mask only the watermark differs.
        assert np.abs(after[:, WIDTH // 2 :].astype(int) - before[:, WIDTH // 2 :]).mean() < 4
        assert np.abs(after[:, : WIDTH // 2 - 8].astype(int) - before[:, : WIDTH // 2 - 8]).mean() > 4
        assert actions(made)[:2] == [("c2pa.opened", ""), ("c2pa.edited", "algorithmicMedia")]
        (ingredient,) = active(made)["ingredients"]
        assert ingredient["relationship"] == "parentOf"
        # The source's own manifest travels on.
        assert ingredient["active_manifest"] == image.files.get(format="PNG").manifest_urn

    def test_an_upload_inpainted(self, owner: User) -> None:
        upload = uploads.keep(owner, saved(photograph_like(), "JPEG", comment=b"Jane was here"))
        (made,) = published(done(inpaint(owner, upload)))
        assert (made.flow, made.digital_source_type) == ("inpainting", "compositeSynthetic")
        self.assert_traced(made)
        assert actions(made)[:2] == [("c2pa.opened", ""), ("c2pa.edited", "compositeSynthetic")]
        (ingredient,) = active(made)["ingredients"]
        assert (ingredient["title"], ingredient["relationship"]) == ("uploaded picture", "parentOf")
        labels = {entry["label"] for entry in active(made)["assertions"]}
        assert "c2pa.ai-disclosure" not in labels, "no trained model had a part in it"
        for secret in (b"a red circle", b"Jane", str(owner.email).encode(), str(upload.pk).encode()):
            assert secret not in file_of(made, "JPEG")

    @pytest.mark.parametrize(
        ("prompt", "source_type"), [("a red circle", "algorithmicMedia"), ("", "compositeSynthetic")]
    )
    def test_an_upload_varied(self, prompt: str, source_type: str, owner: User) -> None:
        upload = uploads.keep(owner, saved(photograph_like(), "PNG"))
        (made,) = published(done(vary(owner, upload, prompt=prompt)))
        assert (made.flow, made.digital_source_type) == ("variation", source_type)
        self.assert_traced(made)
        assert actions(made)[0] == ("c2pa.created", source_type)
        (ingredient,) = active(made)["ingredients"]
        assert ingredient["relationship"] == "inputTo"

    def test_a_photograph_that_was_changed_here_is_not_ours(self, owner: User) -> None:
        photograph = np.asarray(cv2.resize(photograph_like(), (768, 512)), np.uint8)
        upload = uploads.keep(owner, saved(photograph, "JPEG", quality=95))
        made = [*published(done(inpaint(owner, upload))), *published(done(vary(owner, upload, prompt="")))]
        ids = {str(image.pk) for image in made}
        for copy in (photograph, photograph[40:480, 400:], np.ascontiguousarray(photograph[:, ::-1])):
            evidence = inspection.inspect(saved(copy, "JPEG", quality=80))
            decided = verdict.decide(evidence)
            assert decided.kind is VerdictKind.NO_EVIDENCE, "by look alone"
            assert set(decided.derived_ids) <= ids
            assert decided.derived_ids
        for image in made:
            decided = verdict.decide(inspection.inspect(saved(pixels(file_of(image)), "JPEG", quality=80)))
            assert (decided.kind, decided.image_id) == (VerdictKind.OURS_ALTERED, str(image.pk)), (
                "by its mark"
            )

    def test_a_second_change_remembers_the_photograph_behind_the_first(self, owner: User) -> None:
        upload = uploads.keep(owner, saved(photograph_like(), "PNG"))
        (first,) = published(done(inpaint(owner, upload)))
        (second,) = published(done(vary(owner, first)))
        assert first.source_pdq is not None
        assert first.source_distance is not None
        assert (second.source_pdq, second.source_phash) == (first.source_pdq, first.source_phash)
        assert second.pdq is not None
        assert second.source_distance == fingerprint.distance(bytes(second.pdq), bytes(first.source_pdq))

    def test_what_was_made_from_an_image_of_ours_has_no_upload_behind_it(
        self, owner: User, image: RegisteredImage
    ) -> None:
        (made,) = published(done(vary(owner, image)))
        assert (made.source_pdq, made.source_phash, made.source_distance) == (None, None, None)

    def test_an_image_of_ours_varied_twice_gives_two_pictures(
        self, owner: User, image: RegisteredImage
    ) -> None:
        one, two = published(done(vary(owner, image, image_count=2)))
        assert not np.array_equal(pixels(file_of(one)), pixels(file_of(two)))
        self.assert_traced(two)
        assert active(two)["ingredients"][0]["active_manifest"]


@pytest.mark.parametrize(
    ("own", "of_source", "masked", "prompt", "expected"),
    [
        # A trained model: the whole is its own, a part makes a composite.
        ("trainedAlgorithmicMedia", "", False, "", "trainedAlgorithmicMedia"),
        ("trainedAlgorithmicMedia", "trainedAlgorithmicMedia", False, "x", "trainedAlgorithmicMedia"),
        ("trainedAlgorithmicMedia", "", True, "x", "compositeWithTrainedAlgorithmicMedia"),
        ("trainedAlgorithmicMedia", "algorithmicMedia", True, "", "compositeWithTrainedAlgorithmicMedia"),
        # The built-in renderer: pure only where it drew everything.
        ("algorithmicMedia", "algorithmicMedia", True, "x", "algorithmicMedia"),
        ("algorithmicMedia", "algorithmicMedia", False, "", "algorithmicMedia"),
        ("algorithmicMedia", "", False, "x", "algorithmicMedia"),
        ("algorithmicMedia", "", False, " ", "compositeSynthetic"),
        ("algorithmicMedia", "", True, "x", "compositeSynthetic"),
        ("algorithmicMedia", "compositeSynthetic", True, "x", "compositeSynthetic"),
        ("algorithmicMedia", "trainedAlgorithmicMedia", False, "", "compositeSynthetic"),
    ],
)
def test_source_type(own: str, of_source: str, masked: bool, prompt: str, expected: str) -> None:
    generator = Drawer()
    generator.digital_source_type = own
    mask = np.ones((1, 1), np.bool_) if masked else None
    material = Material(np.zeros((1, 1, 3), np.uint8), mask, Parent(b"", ""), of_source)
    assert production.source_type(generator, material, prompt) == expected
    assert production.source_type(generator, None, prompt) == own
