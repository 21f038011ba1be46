"""What the API takes and gives, as the OpenAPI description states it; see docs/api.md."""

from dataclasses import asdict
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from provenance import answers
from provenance.answers import Answer, Certainty
from provenance.credentials.summary import Own
from provenance.evidence import Evidence, Presence, WatermarkFinding
from provenance.images import FORMATS, MAX_BYTES, MAX_PIXELS, MAX_SIDE
from provenance.inspection_state import State
from provenance.verdict import VerdictKind

SIGNALS: Final = ("manifest", "watermark", "lookalike", "derived")


class PictureToCheck(serializers.Serializer):
    picture = serializers.FileField(
        allow_empty_file=True,
        help_text=f"One of {', '.join(FORMATS)}, up to {MAX_BYTES // 2**20} MB, {MAX_PIXELS // 10**6} "
        f"megapixels and {MAX_SIDE} pixels a side.",
        error_messages=dict.fromkeys(
            ("required", "invalid", "no_name", "null"),
            "Send the picture as a file in the field “picture” of a multipart/form-data request.",
        ),
    )


class Problem(serializers.Serializer):
    code = serializers.CharField(help_text="Stable; for programs.")
    message = serializers.CharField(help_text="For people: what happened and what to do next.")


class Finding(serializers.Serializer):
    signal = serializers.ChoiceField(SIGNALS)
    presence = serializers.ChoiceField([str(presence) for presence in Presence])
    title = serializers.CharField()
    sentence = serializers.CharField()


class CoarseAnswer(serializers.Serializer):
    verdict = serializers.ChoiceField(
        [str(kind) for kind in VerdictKind],
        help_text="There is no verdict “not ours”: NO_EVIDENCE proves nothing about the picture's origin.",
    )
    certainty = serializers.ChoiceField([str(certainty) for certainty in Certainty])
    title = serializers.CharField()
    sentence = serializers.CharField()
    how_sure = serializers.CharField()
    meaning = serializers.CharField(help_text="What it means and what it does not.")
    next_step = serializers.CharField()
    owner_note = serializers.CharField(
        allow_blank=True, help_text="For the owner of a photograph that an image was made from; else empty."
    )
    images_count = serializers.IntegerField(
        help_text="How many of our images it may come from, or was changed into; 0 if none is named."
    )
    findings = Finding(many=True)


class OurImage(serializers.Serializer):
    id = serializers.UUIDField()
    model = serializers.CharField()
    published_at = serializers.DateTimeField()
    drawn_in_part = serializers.BooleanField(
        help_text="A machine drew a part of it; the rest may be a photograph or somebody's own picture."
    )
    is_withdrawn = serializers.BooleanField()


class WholeRecords(serializers.Serializer):
    own = serializers.URLField(allow_null=True)
    recovered = serializers.URLField(allow_null=True)


class Credentials(serializers.Serializer):
    own = serializers.ChoiceField(
        [str(own) for own in Own],
        help_text="What the file itself carries. “elsewhere”: it only names an address, which is not opened.",
    )
    signer = serializers.CharField(
        allow_null=True, help_text="Who signed that, in the signer's own words; nobody vouches for the name."
    )
    recovered = serializers.BooleanField(
        help_text="The file carries no record of ours that holds; the one it was published with is shown."
    )
    sentence = serializers.CharField(
        allow_blank=True, help_text="What they say, or that they were recovered."
    )
    page = serializers.URLField(help_text="All of it, for people.")
    crjson = WholeRecords(help_text="The whole records as crJSON; null where there is none, or too large.")


class Links(serializers.Serializer):
    self = serializers.URLField(help_text="This check in the API.")
    page = serializers.URLField(help_text="The same answer for people.")
    report = serializers.URLField(
        allow_null=True, help_text="A form that reports the picture and is linked to this check."
    )


class StaffView(serializers.Serializer):
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    attempts = serializers.IntegerField(help_text="0: answered from an earlier check of the same bytes.")
    claimed_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    evidence = serializers.DictField(
        help_text="Every finding with its numbers (provenance/evidence.py), and milliseconds by stage."
    )
    named_ids = serializers.ListField(child=serializers.UUIDField())
    derived_ids = serializers.ListField(child=serializers.UUIDField())
    error_bound = serializers.FloatField(allow_null=True)
    page = serializers.URLField()


class Check(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField([str(state) for state in State])
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When picture and answer are deleted; null: kept for a report."
    )
    answer = CoarseAnswer(allow_null=True, help_text="Once the state is “done”.")
    image = OurImage(allow_null=True, help_text="The one image of ours that it comes from, if one is named.")
    credentials = Credentials(
        allow_null=True, help_text="Content Credentials (C2PA), once the state is “done”."
    )
    problem = Problem(allow_null=True, help_text="Why there is no answer, once the state is “failed”.")
    links = Links()
    staff = StaffView(required=False, help_text="In the session of a staff member only.")


def coarse(given: Answer, kind: VerdictKind) -> dict[str, Any]:
    """Returns a `CoarseAnswer`: what the public page says, and nothing else."""
    return {
        "verdict": str(kind),
        "certainty": str(given.certainty),
        "title": given.title,
        "sentence": given.sentence,
        "how_sure": given.how_sure,
        "meaning": given.meaning,
        "next_step": given.next_step,
        "owner_note": given.owner_note,
        "images_count": given.images_count,
        "findings": [asdict(line) | {"presence": str(line.presence)} for line in given.lines],
    }


_ID: Final = "0d9e1c1e-90ab-4c7b-9e2f-3f6f1f0f7a11"
_LINKS: Final = {
    "self": f"https://tracery.example/api/v1/inspections/{_ID}",
    "page": f"https://tracery.example/verify/{_ID}",
    "report": f"https://tracery.example/report?inspection={_ID}",
}
_WAITING: Final[dict[str, Any]] = {
    "id": _ID,
    "state": "waiting",
    "created_at": "2026-11-23T10:00:00Z",
    "expires_at": "2026-11-24T10:00:00Z",
    "answer": None,
    "image": None,
    "credentials": None,
    "problem": None,
    "links": _LINKS,
}
_DONE: Final[dict[str, Any]] = {
    **_WAITING,
    "state": "done",
    "answer": coarse(
        answers.answer(
            Evidence(
                watermark=WatermarkFinding(Presence.PRESENT, "6f1de0c4-0c3d-4f5e-8a35-b54a40a6f3a2"),
            ),
            VerdictKind.OURS_ALTERED,
        ),
        VerdictKind.OURS_ALTERED,
    ),
    "image": {
        "id": "6f1de0c4-0c3d-4f5e-8a35-b54a40a6f3a2",
        "model": "Tracery sketch 1",
        "published_at": "2026-11-20T08:30:00Z",
        "drawn_in_part": False,
        "is_withdrawn": False,
    },
    "credentials": {
        "own": "none",
        "signer": None,
        "recovered": True,
        "sentence": "The file carries no credentials any more. We kept the ones it was published with.",
        "page": f"https://tracery.example/verify/{_ID}/credentials",
        "crjson": {
            "own": None,
            "recovered": f"https://tracery.example/verify/{_ID}/crjson?of=recovered",
        },
    },
}
CHECK: Final = OpenApiResponse(
    Check,
    description="The check as it stands.",
    examples=[
        OpenApiExample("done", value=_DONE, response_only=True),
        OpenApiExample("waiting", value=_WAITING, response_only=True),
    ],
)
ACCEPTED: Final = OpenApiResponse(
    Check,
    description="Taken. Location names the check; ask there until it is neither waiting nor examining.",
    examples=[OpenApiExample("waiting", value=_WAITING, response_only=True)],
)
# The headers of the answers above, which drf-spectacular takes as parameters.
HEADERS: Final = [
    OpenApiParameter(
        "Location", str, OpenApiParameter.HEADER, response=[202], description="Address of the check."
    ),
    OpenApiParameter(
        "Retry-After",
        int,
        OpenApiParameter.HEADER,
        response=[202, 429, 503],
        description="Seconds after which asking again makes sense.",
    ),
]


def problem(code: str, message: str, description: str) -> OpenApiResponse:
    """Returns the description of an error with an example."""
    example = OpenApiExample(code, value={"code": code, "message": message}, response_only=True)
    return OpenApiResponse(Problem, description=description, examples=[example])


NOT_FOUND: Final = problem("not_found", "There is nothing at this address.", "No such check.")
REFUSALS: Final = {
    400: problem("parse_error", "The request is malformed.", "The body cannot be read."),
    413: problem("too_many_bytes", "The file is larger than 25 MB.", "Too large."),
    415: problem(
        "not_an_image", "This is not a picture in a format we can read.", "Not a picture, or no form."
    ),
    422: problem("empty", "The file is empty.", "No picture in the request, or an empty one."),
    429: problem("too_many", "That was too many requests in a short time.", "Above the limits."),
    503: problem("uploads_full", "We have no room for another picture at the moment.", "No room."),
}
