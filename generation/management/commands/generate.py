import json
import secrets
import uuid
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from generation import jobs, pipeline, policy
from generation.errors import GenerationError
from provenance import publishing
from provenance.errors import ProvenanceError
from provenance.management.commands.stamp import format_of, write_file
from provenance.models import RegisteredImage
from provenance.registry import Origin
from watermark.errors import WatermarkError


class Command(BaseCommand):
    help = "Generates and publishes one picture from the command line; it belongs to no account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prompt")
        parser.add_argument("--out", type=Path, required=True, help="ends in .png, .jpg or .webp")
        parser.add_argument("--seed", type=_seed, default=None, help="0 or more; random if left out")
        parser.add_argument("--width", type=_side, default=512, help="pixels, 256 to 2048 in steps of 8")
        parser.add_argument("--height", type=_side, default=512, help="likewise")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        format_name = format_of(options["out"])
        seed = secrets.randbits(jobs.SEED_BITS) if options["seed"] is None else options["seed"]
        refused = policy.check(options["prompt"])
        if refused is not None:
            raise CommandError(f"refused: {refused.category} ({refused.term})")
        try:
            image = _publish(options["prompt"], seed=seed, width=options["width"], height=options["height"])
        except (GenerationError, ProvenanceError, WatermarkError) as error:
            raise CommandError(f"{error.code}: {error.user_message}") from error
        write_file(image, format_name, options["out"])
        answer = {"image_id": str(image.pk), "seed": seed, "file": str(options["out"])}
        self.stdout.write(json.dumps(answer) if options["json"] else f"Published as {image.pk}, seed {seed}.")


def _seed(text: str) -> int:
    if not text.isdigit() or int(text) >= 2**jobs.SEED_BITS:
        raise ArgumentTypeError(f"a whole number from 0 to {2**jobs.SEED_BITS - 1}, not {text!r}")
    return int(text)


def _side(text: str) -> int:
    # Diffusion models work on blocks of 8 pixels; the watermark needs 256.
    if not text.isdigit() or not 256 <= int(text) <= 2048 or int(text) % 8:
        raise ArgumentTypeError(f"256 to 2048 in steps of 8, not {text!r}")
    return int(text)


def _publish(prompt: str, *, seed: int, width: int, height: int) -> RegisteredImage:
    generator = pipeline.current()
    rgb = generator.text_to_image(
        prompt, seed=seed, width=width, height=height, on_step=lambda done, total, preview: None
    )
    origin = Origin(
        origin_id=uuid.uuid4(),
        index=0,
        flow=RegisteredImage.Flow.TEXT_TO_IMAGE,
        model_name=generator.name,
        model_version=generator.version,
        digital_source_type=generator.digital_source_type,
    )
    return publishing.publish(rgb, origin).image
