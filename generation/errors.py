"""What can go wrong between a prompt and a published image."""

from accounts.errors import AccountError


class GenerationError(Exception):
    """Base of this package's errors: a stable `code` and a sentence for the person."""

    code = "generation_failed"
    user_message = "The picture could not be made. Please try again."
    http_status = 400


class TooManyJobs(AccountError):
    code = "too_many_jobs"
    user_message = (
        "You already have as many requests at work as an account may have at once. "
        "Wait for one to finish, or cancel it."
    )
    http_status = 429


class ClaimLost(GenerationError):
    """The job was cancelled, or another worker took it over: stop, and touch nothing more."""

    code = "claim_lost"
    user_message = "This request was stopped."


class BadGenerator(GenerationError):
    """The configured model cannot be loaded."""

    code = "bad_generator"
    user_message = "The image model could not be loaded. The operator has been told; please try again later."
    http_status = 503


class GaveUp(GenerationError):
    code = "gave_up"
    user_message = "Making this picture was interrupted several times, so we stopped. Please try again."


class OwnerSuspended(GenerationError):
    code = "suspended"
    user_message = "This request was stopped because the account is suspended."
    http_status = 403
