import json
import secrets
import uuid
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from numpy.typing import NDArray

from generation import jobs, pipeline, policy, production, sources
from generation.errors import GenerationError
from generation.sources import Material
from provenance import images, publishing
from provenance.errors import ProvenanceError
from provenance.management.commands.stamp import format_of, write_file
from provenance.models import RegisteredImage
from provenance.registry import Origin
from watermark.errors import WatermarkError


class Command(BaseCommand):
    help = "Generates and publishes one picture from the command line; it belongs to no account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prompt")
        parser.add_argument("--out", type=Path, required=True, help="ends in .png, .jpg, .webp or .avif")
        parser.add_argument("--seed", type=_seed, default=None, help="0 or more; random if left out")
        parser.add_argument("--width", type=_side, default=512, help="pixels, 256 to 2048 in steps of 8")
        parser.add_argument("--height", type=_side, default=512, help="likewise")
        parser.add_argument("--source", help="vary this picture instead: a file, or an image's id")
        parser.add_argument("--mask", type=Path, help="redraw the part of the source that is white here")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        format_name = format_of(options["out"])
        if options["mask"] and not options["source"]:
            raise CommandError("--mask needs --source")
        seed = secrets.randbits(jobs.SEED_BITS) if options["seed"] is None else options["seed"]
        refused = policy.check(options["prompt"])
        if refused is not None:
            raise CommandError(f"refused: {refused.category} ({refused.term})")
        try:
            image = _publish(seed, options)
        except OSError as error:
            raise CommandError(str(error)) from error
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


def _publish(seed: int, options: dict[str, Any]) -> RegisteredImage:
    generator, material = pipeline.current(), _material(options["source"], options["mask"])
    rgb = _drawn(generator, material, seed, options)
    origin = Origin(
        origin_id=uuid.uuid4(),
        index=0,
        flow=_flow(material),
        model_name=generator.name,
        model_version=generator.version,
        digital_source_type=production.source_type(generator, material, options["prompt"]),
    )
    if material is None:
        return publishing.publish(rgb, origin).image
    region = sources.redrawn(material.mask)
    return publishing.publish(rgb, origin, material.parent, material.upload, region).image


def _drawn(
    generator: pipeline.Generator, material: Material | None, seed: int, options: dict[str, Any]
) -> NDArray[np.uint8]:
    def on_step(done: int, total: int, preview: NDArray[np.uint8] | None) -> None:
        """Nobody watches."""

    if material is not None:
        return production.changed(generator, material, options["prompt"], seed=seed, on_step=on_step)
    size = {"width": options["width"], "height": options["height"]}
    return generator.text_to_image(options["prompt"], seed=seed, on_step=on_step, **size)


def _material(source: str | None, mask: Path | None) -> Material | None:
    """Returns what to start from; the operator's own mask is decoded without a sandbox."""
    if source is None:
        return None
    if Path(source).is_file():
        material = sources.of_upload(Path(source).read_bytes(), whole=mask is None)
    else:
        material = sources.of_image(_on_view(source), whole=mask is None)
    if mask is None:
        return material
    return sources.with_mask(material, images.decode(mask.read_bytes()).rgb)


def _on_view(text: str) -> RegisteredImage:
    try:
        return RegisteredImage.objects.on_view().get(pk=uuid.UUID(text))
    except (ValueError, RegisteredImage.DoesNotExist) as error:
        raise CommandError(f"--source is neither a file nor an image on view: {text!r}") from error


def _flow(material: Material | None) -> str:
    if material is None:
        return RegisteredImage.Flow.TEXT_TO_IMAGE
    return RegisteredImage.Flow.VARIATION if material.mask is None else RegisteredImage.Flow.INPAINTING
