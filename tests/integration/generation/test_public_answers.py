"""Made in several steps, and still told rightly: was all of it generated, or is a photograph underneath?"""

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from generation import pipeline
from provenance import public_answer
from provenance.models import RegisteredImage
from tests.integration.generation.conftest import mask_png
from tests.suspects import photograph_like, saved

pytestmark = pytest.mark.usefixtures("db", "files", "signing_authority")
SMALL = ("--width", "384", "--height", "256")


@pytest.fixture(autouse=True)
def _built_in_generator(settings: Settings) -> None:
    settings.GENERATOR = pipeline.SKETCH
    pipeline.current.cache_clear()


def test_every_step_knows_what_is_underneath(tmp_path: Path) -> None:
    photograph, mask = tmp_path / "photo.jpg", tmp_path / "mask.png"
    photograph.write_bytes(saved(photograph_like(), "JPEG"))
    mask.write_bytes(mask_png())

    def generate(prompt: str, *options: object) -> RegisteredImage:
        known = set(RegisteredImage.objects.values_list("pk", flat=True))
        call_command("generate", prompt, "--out", str(tmp_path / "a.png"), *map(str, options))
        return RegisteredImage.objects.exclude(pk__in=known).get()

    def inpainted(source: object) -> RegisteredImage:
        return generate("a tree", "--source", source, "--mask", mask)

    from_words = generate("a red cup on a wooden table", *SMALL)
    on_a_photograph = inpainted(photograph)
    varied = generate("a red cup on a wooden table", "--source", on_a_photograph.pk)
    repainted = generate("", "--source", photograph)
    assert {
        "from words": public_answer.drawn_in_part(from_words),
        "inpainted, from words": public_answer.drawn_in_part(inpainted(from_words.pk)),
        "inpainted photograph": public_answer.drawn_in_part(on_a_photograph),
        "inpainted twice": public_answer.drawn_in_part(inpainted(on_a_photograph.pk)),
        "variation of that": public_answer.drawn_in_part(varied),
        "inpainted variation": public_answer.drawn_in_part(inpainted(varied.pk)),
        "repainted photograph": public_answer.drawn_in_part(repainted),
    } == {
        "from words": False,
        "inpainted, from words": False,
        "inpainted photograph": True,
        "inpainted twice": True,
        "variation of that": False,
        "inpainted variation": False,
        "repainted photograph": False,
    }
