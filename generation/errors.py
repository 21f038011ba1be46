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


class SourceNotYours(GenerationError):
    code = "source_not_yours"
    user_message = "Only pictures that you generated or uploaded yourself can be changed."
    http_status = 403


class SourceWithdrawn(GenerationError):
    """The picture to start from is not on view, or was taken from view before the new one was finished."""

    code = "source_withdrawn"
    user_message = "This picture is no longer available, so nothing new can be made from it."
    http_status = 410


class UploadGone(GenerationError):
    code = "upload_gone"
    user_message = "Uploaded pictures are deleted after a day. Please upload this one again."
    http_status = 410


class NoRoomForUploads(GenerationError):
    """Uploads that are not deleted yet fill the room that the operator gave them."""

    code = "uploads_full"
    user_message = "We have no room for another picture at the moment. Please try again in a few hours."
    http_status = 503


class UnusableUpload(GenerationError):
    """Told without decoding it: nothing was stored.

    Args:
        reason: provenance.images' word for what is wrong with it, and its sentence for the person.
    """

    def __init__(self, reason: str, user_message: str) -> None:
        super().__init__(reason)
        self.code = reason
        self.user_message = user_message


class BadMask(GenerationError):
    """The mask is no readable PNG of a reasonable size."""

    code = "bad_mask"
    user_message = "The marked part could not be read. Please mark what to redraw once more."


class EmptyMask(GenerationError):
    code = "empty_mask"
    user_message = "Nothing was marked. Paint over the part of the picture that should be redrawn."


class SourceTooNarrow(GenerationError):
    code = "source_too_narrow"
    user_message = "This picture is more than four times as long as it is wide. Crop it and upload it again."


class OutsideSmallWorld(GenerationError):
    """The small built-in model was not taught to draw this."""

    code = "outside_small_world"
    user_message = (
        "The small model of this site draws one thing of one colour on a plain background: a circle, square, "
        "triangle, star, heart, cross, ring, house, mushroom, fish, tree or cup. "
        "Try “a red star on a blue background”."
    )


class FlowNotSupported(GenerationError):
    """The configured model can only do text to image."""

    code = "flow_not_supported"
    user_message = "The image model of this site cannot change pictures; it only makes new ones."
