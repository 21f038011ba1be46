import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from provenance import inspection, verdict
from provenance.errors import ProvenanceError
from provenance.models import RegisteredImage


class Command(BaseCommand):
    help = "Says of each file whether it comes from here: verdict, image id, every finding with its numbers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in options["files"]:
            answer = _trace(path)
            self.stdout.write(json.dumps(answer) if options["json"] else _in_words(answer))
            self.stdout.flush()


def _trace(path: Path) -> dict[str, Any]:
    start = time.perf_counter()
    try:
        evidence = inspection.inspect(path.read_bytes())
    except OSError as error:
        return {"file": str(path), "error": "unreadable_file", "message": str(error)}
    except ProvenanceError as error:
        return {"file": str(path), "error": error.code, "message": error.user_message}
    decided = verdict.decide(evidence)
    findings = evidence.to_json()
    stages = findings.pop("milliseconds")
    return {
        "file": str(path),
        "verdict": decided.kind,
        "image_id": decided.image_id,
        "named_ids": list(decided.named_ids),
        "error_bound": decided.error_bound,
        "derived_ids": list(decided.derived_ids),
        "withdrawn": _is_withdrawn(decided.image_id),
        "findings": findings,
        "milliseconds": {**stages, "total": round((time.perf_counter() - start) * 1000, 1)},
    }


def _is_withdrawn(image_id: str | None) -> bool:
    return (
        RegisteredImage.objects.filter(pk=image_id, withdrawn_at__isnull=False).exists()
        if image_id
        else False
    )


def _in_words(answer: dict[str, Any]) -> str:
    if "error" in answer:
        return f"{answer['file']}: {answer['message']}"
    image = f" {answer['image_id']}" if answer["image_id"] else ""
    return f"{answer['file']}: {answer['verdict']}{image} ({answer['milliseconds']['total']:.0f} ms)"
