"""Our own codec: a spread-spectrum mark that repeats over the picture and is found in any part of it, blind.

Read in this order: `lattice` (where the mark lies in the spectrum), `payload_code` and `keyed_stream` (which
signs it carries), `mask` and `embedding` (how it is written), `visibility` and `closed_loop` (how strongly),
`suspect` and `alignment` (how a picture is looked at), `detection` (where it is looked for), `statistic`
(what a match is worth).
"""

from watermark.tiled.codec import Tiled
from watermark.tiled.verification import verify_candidate, verify_informed

__all__ = ["Tiled", "verify_candidate", "verify_informed"]
