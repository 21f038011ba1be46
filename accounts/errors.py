"""What can go wrong between a person and their account."""


class AccountError(Exception):
    """Base of this package's errors: a stable `code` and a sentence for the person."""

    code = "account_error"
    user_message = "That did not work. Please try again."
    http_status = 400


class NotAdmitted(AccountError):
    code = "not_admitted"
    user_message = "Your account cannot generate pictures yet."
    http_status = 403


class TooMany(AccountError):
    """A count against a limit is used up; after `retry_after_seconds` another try may succeed."""

    code = "too_many"
    user_message = "That was too many requests in a short time. Please wait a minute and try again."
    http_status = 429

    def __init__(self, retry_after_seconds: int = 60) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class AlreadyDecided(AccountError):
    code = "already_decided"
    user_message = "Somebody has already decided this. Reload the page to see the decision."
    http_status = 409


class NotConfirmed(AccountError):
    code = "email_not_confirmed"
    user_message = "This person has not confirmed their e-mail address yet, so they cannot be approved."
    http_status = 409


class PolicyOutdated(AccountError):
    code = "policy_outdated"
    user_message = (
        "The content policy has changed since you opened the page. Please read the new version first."
    )
    http_status = 409
