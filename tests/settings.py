"""The project's own settings, with the tests' own `var/`, secrets and database."""

import os
import secrets

from tests import folders

os.environ["TRACERY_VAR"] = folders.own()
# A folder of its own never has a local.env, so nothing of the developer's leaks into a test.
os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
os.environ.setdefault("WATERMARK_KEYS", secrets.token_urlsafe(48))
os.environ.setdefault("LOG_LEVEL", "WARNING")

from config.settings import *  # noqa: F403

# WhiteNoise warns of a missing folder, and warnings are errors.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
# Slow on purpose in production; tests sign in a hundred times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
