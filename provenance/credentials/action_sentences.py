"""What was done to a picture, in plain English: every action of C2PA 2.4 and the earlier ones. Pure.

Source: C2PA specification 2.4, "Actions", and IPTC NewsCodes "Digital Source Type". No sentence judges: a
signer says that something was done, and whether that is so is another question.
"""

from typing import Final

# Earlier versions had the names marked (1); programs still write them.
_SENTENCES: Final = {
    "c2pa.addedAudio": "Added sound",
    "c2pa.addedText": "Added text to the picture",
    "c2pa.adjustedColor": "Adjusted tone or colour",
    "c2pa.changedSpeed": "Changed the speed",
    "c2pa.color_adjustments": "Adjusted tone or colour",  # (1)
    "c2pa.converted": "Saved in another format",
    "c2pa.copied": "Made a copy",  # (1)
    "c2pa.created": "Made the picture",
    "c2pa.cropped": "Cropped the picture",
    "c2pa.deleted": "Deleted something",
    "c2pa.drawing": "Drew on the picture",
    "c2pa.dubbed": "Put another language in place of the sound",
    "c2pa.edited": "Edited the picture",
    "c2pa.edited.metadata": "Changed what the file says about the picture",
    "c2pa.enhanced": "Enhanced the picture, for instance with less noise",
    "c2pa.filtered": "Put a filter on the picture",
    "c2pa.formatted": "Saved in another format",  # (1)
    "c2pa.managed": "Put under the care of a system that manages files",  # (1)
    "c2pa.opened": "Opened an existing picture",
    "c2pa.orientation": "Turned or mirrored the picture",
    "c2pa.placed": "Placed another picture into it",
    "c2pa.printed": "Printed the picture",  # (1)
    "c2pa.produced": "Put the picture out",  # (1)
    "c2pa.published": "Published the picture",
    "c2pa.redacted": "Took statements out of an earlier record",
    "c2pa.removed": "Removed a part that had been placed in it",
    "c2pa.repackaged": "Put into another kind of file, with the same content",
    "c2pa.resized": "Changed the size",
    "c2pa.resized.proportional": "Changed the size and kept the proportions",
    "c2pa.saved": "Saved the picture",  # (1)
    "c2pa.transcoded": "Encoded anew, for instance with other compression",
    "c2pa.transcribed": "Wrote down what is said or written in it",
    "c2pa.translated": "Translated into another language",
    "c2pa.trimmed": "Cut off the beginning or the end",
    "c2pa.unknown": "Did something that the program could not tell",
    "c2pa.version_updated": "Updated the record to a newer version",  # (1)
    "c2pa.watermarked": "Put an invisible watermark into the pixels",  # (1)
    "c2pa.watermarked.bound": "Put an invisible watermark into the pixels that leads back to this record",
    "c2pa.watermarked.unbound": "Put an invisible watermark into the pixels",
    "font.charactersAdded": "Added characters to a font",
    "font.charactersDeleted": "Deleted characters from a font",
    "font.charactersModified": "Changed characters of a font",
    "font.createdFromVariableFont": "Made a font from a variable font",
    "font.edited": "Edited a font",
    "font.hinted": "Added hints to a font",
    "font.merged": "Merged fonts",
    "font.openTypeFeatureAdded": "Added a feature to a font",
    "font.openTypeFeatureModified": "Changed a feature of a font",
    "font.openTypeFeatureRemoved": "Removed a feature from a font",
    "font.subset": "Kept a part of a font",
}  # fmt: skip

# How something was created, by the IPTC term; the older names that IPTC has retired are here as well.
_CREATED: Final = {
    "trainedAlgorithmicMedia": "Made by a trained model",
    "compositeWithTrainedAlgorithmicMedia": "Put together from parts, some of them made by a trained model",
    "trainedAlgorithmicData": "Made as data by a trained model",
    "algorithmicMedia": "Made by a program, without a trained model",
    "algorithmicallyEnhanced": "Made from another picture that a program enhanced",
    "digitalCapture": "Taken by a digital camera",
    "computationalCapture": "Taken by a digital camera that combined several shots",
    "negativeFilm": "Scanned from a negative",
    "positiveFilm": "Scanned from a slide",
    "print": "Scanned from paper",
    "humanEdits": "Made from another picture by a person",
    "minorHumanEdits": "Made from another picture with small edits by a person",
    "digitalCreation": "Made by a person with a program",
    "digitalArt": "Drawn by a person with a program",
    "softwareImage": "Made by a program",
    "dataDrivenMedia": "Made by a program from data",
    "composite": "Put together from several parts",
    "compositeCapture": "Put together from several photographs",
    "compositeSynthetic": "Put together from several parts, some of them not photographs",
    "virtualRecording": "Recorded from a screen or a virtual event",
    "screenCapture": "Captured from a screen",
    "empty": "Began with an empty page",
}  # fmt: skip

# Who or what did the rest, where the source type of an action says it.
_BY: Final = {
    "trainedAlgorithmicMedia": "with a trained model",
    "compositeWithTrainedAlgorithmicMedia": "in part with a trained model",
    "algorithmicMedia": "by a program",
    "algorithmicallyEnhanced": "by a program",
    "humanEdits": "by a person",
    "minorHumanEdits": "by a person",
    "digitalCreation": "by a person",
}  # fmt: skip


def sentence_of(name: str, source_type: str | None) -> str:
    """Returns what an action did, in plain English without a full stop.

    Args:
        name: Such as `c2pa.created`: a dotted word, of a stranger's choice.
        source_type: The last part of the IPTC term, or None.
    """
    known = _SENTENCES.get(name)
    if known is None:
        return f"Did something that this site does not know ({name})"
    if name == "c2pa.created":
        return _CREATED.get(source_type or "", known)
    by = _BY.get(source_type or "")
    return f"{known}, {by}" if by else known
