"""What can go wrong with a picture. A wrong shape, dtype or range is a ValueError: a defect of the caller."""

# Errors are named after what happened, so that `except PictureTooSmall` reads as a statement.


class WatermarkError(Exception):
    """Base of this package's errors.

    Attributes:
        code: stable identifier for rows, logs and API answers.
        user_message: one plain sentence that may be shown to anyone.
    """

    code = "watermark_error"
    user_message = "This picture could not be marked."


class PictureTooSmall(WatermarkError):
    code = "picture_too_small"
    user_message = "This picture is too small to be marked."


class EmbeddingFailed(WatermarkError):
    code = "embedding_failed"
    user_message = (
        "A mark written into this picture could not be read back, so the picture was not published."
    )


class UnknownCodec(WatermarkError):
    code = "unknown_codec"
    user_message = "This picture was marked by a method that is not installed here."
