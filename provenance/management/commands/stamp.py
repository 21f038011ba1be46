import json
import uuid
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from provenance import images, publishing
from provenance.errors import ProvenanceError
from provenance.models import PublishedFile, RegisteredImage
from provenance.published_files import open_file
from provenance.registry import Origin
from watermark.errors import WatermarkError

# What IPTC's list has for pictures that a machine made, whole or in part.
SOURCE_TYPES = (
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "algorithmicMedia",
    "compositeSynthetic",
)
FORMAT_OF = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".avif": "AVIF"}


class Command(BaseCommand):
    help = (
        "Publishes a picture of the operator's own generator: marked, signed and registered like any other, "
        "with its origin recorded as such. Its manifest says what kind of machine made it, and by what name; "
        "of how it came about it says nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--out", type=Path, required=True, help="ends in .png, .jpg, .webp or .avif")
        parser.add_argument(
            "--generator", default="operator's generator", help="name of what made the picture"
        )
        parser.add_argument("--generator-version", default="unknown")
        parser.add_argument(
            "--source-type",
            choices=SOURCE_TYPES,
            default=SOURCE_TYPES[0],
            help="IPTC's term for what made it: a trained model (the default), a picture of other origin "
            "with parts by one, a program that was not trained, a composition with generated parts",
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        format_name = format_of(options["out"])
        origin = Origin(
            origin_id=uuid.uuid4(),
            index=0,
            flow=RegisteredImage.Flow.OPERATOR,
            model_name=options["generator"],
            model_version=options["generator_version"],
            digital_source_type=options["source_type"],
        )
        try:
            decoded = images.decode(options["file"].read_bytes())
            published = publishing.publish(decoded.rgb, origin)
        except OSError as error:
            raise CommandError(str(error)) from error
        except (ProvenanceError, WatermarkError) as error:
            raise CommandError(f"{error.code}: {error.user_message}") from error
        write_file(published.image, format_name, options["out"])
        answer = {"image_id": str(published.image.pk), "file": str(options["out"])}
        self.stdout.write(json.dumps(answer) if options["json"] else f"Published as {published.image.pk}.")


def format_of(path: Path) -> str:
    """Returns the published format that a file name asks for.

    Raises:
        CommandError: we publish no such format, or there is no such folder to write to.
    """
    if not path.parent.is_dir():
        raise CommandError(f"--out names a folder that does not exist: {path.parent}")
    try:
        return FORMAT_OF[path.suffix.lower()]
    except KeyError:
        raise CommandError(f"--out must end in one of {', '.join(FORMAT_OF)}, not {path.name!r}") from None


def write_file(image: RegisteredImage, format_name: str, path: Path) -> None:
    """Writes the exact published bytes to `path`."""
    path.write_bytes(open_file(PublishedFile.objects.get(image=image, format=format_name)))
