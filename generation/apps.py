from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


class GenerationConfig(AppConfig):
    name = "generation"


@register
def check_generator(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Returns an error if the model is a path to nothing; a hub name is tried when it is loaded."""
    source = Path(settings.GENERATOR)
    if not source.is_absolute() or (source / "model_index.json").is_file():
        return []
    hint = 'Set GENERATOR to a diffusers folder, a hub name such as "owner/model", "sketch" or "builtin".'
    return [Error(f"GENERATOR has no model_index.json: {source}", hint=hint, id="generation.E001")]
