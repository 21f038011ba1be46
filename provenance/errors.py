"""What can go wrong in this package.

Every error carries a `code` (stable, for rows, logs and the API) and a `user_message` (plain words for a
page: what happened and what to do next). Absent things are `None`, never an error. Names say what happened
and carry no suffix, as `except UnreadableImage` reads better.
"""


class ProvenanceError(Exception):
    """The base of all errors of this package."""

    def __init__(self, code: str, user_message: str) -> None:
        super().__init__(code)
        self.code = code
        self.user_message = user_message

    def __str__(self) -> str:
        return f"{self.code}: {self.user_message}"


class UnreadableImage(ProvenanceError):
    """The bytes cannot be turned into pixels within our limits."""

    @property
    def http_status(self) -> int:
        return {"too_many_bytes": 413, "not_an_image": 415}.get(self.code, 422)


class UnreadableManifest(ProvenanceError):
    """There is provenance data in the file, and it cannot be parsed."""


class SigningFailed(ProvenanceError):
    """The signed file was not made, or would not have been valid."""


class BadCertificate(ProvenanceError):
    """A certificate chain or private key is missing, malformed or does not belong together."""


class SandboxFailed(ProvenanceError):
    """The limited child process died, ran out of a limit or gave no usable answer."""


class UnknownKey(ProvenanceError):
    """A row names a watermark key that is no longer among the settings."""


class TooMuchToday(ProvenanceError):
    """One client sent as much today as a client may (CHECKS_MB_PER_DAY, REPORTS_MB_PER_DAY)."""

    http_status = 429

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            "too_much_today",
            "The pictures that you sent today are as much as we can take from one visitor in a day. Please "
            "send a smaller copy, or come back after midnight UTC.",
        )
        self.retry_after_seconds = retry_after_seconds


class UploadsFull(ProvenanceError):
    """There is no room for another upload until earlier ones are deleted."""

    http_status = 503
    # How often expired uploads are looked for (CELERY_BEAT_SCHEDULE).
    retry_after_seconds = 600
