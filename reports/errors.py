"""What can go wrong in a case."""


class ReportError(Exception):
    """Base of this package's errors: a stable `code` and a sentence for the person."""

    code = "report_error"
    user_message = "That did not work. Please try again."
    http_status = 400


class AlreadyDecided(ReportError):
    """The case is not in the state that the decision starts from: somebody was faster."""

    code = "case_already_decided"
    user_message = "Somebody has already decided this case. Go back and reload it to see the decision."
    http_status = 409


class CaseChanged(ReportError):
    """Since the person looked at it the case was decided, or leads to another image."""

    code = "case_changed"
    user_message = "This case has changed since you looked at it. Go back and reload it, then decide."
    http_status = 409


class TakeDownStands(ReportError):
    """Another image was chosen for a case while its take-down stands; what is reinstated must be clear."""

    code = "take_down_stands"
    user_message = "This case has taken an image down. Reinstate that image first, then choose another."
    http_status = 409


class NoSuchImage(ReportError):
    """No published image of ours has this number."""

    code = "no_such_image"
    user_message = "No image of ours has this number."
    http_status = 404


class CheckExpired(ReportError):
    """The checked picture was deleted in the moment in which the report was sent."""

    code = "check_expired"
    user_message = (
        "The picture that you checked was deleted a moment ago, because its day is over. Nothing was sent. "
        "Go back, and send the report again: you can add the picture there."
    )
    http_status = 409


class NoImageTraced(ReportError):
    """A take-down or reinstatement of a case that traces to no image of ours."""

    code = "no_image_traced"
    user_message = "This case traces to no image of ours, so there is nothing to take down or reinstate."
    http_status = 409


class NoAccountToSuspend(ReportError):
    """A suspension was asked for where it cannot follow: no account, or the image stays on view."""

    code = "no_account_to_suspend"
    user_message = "An account can be suspended only together with taking down an image that it made."
    http_status = 409
