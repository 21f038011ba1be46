"""The receipt of a report: case number and passphrase, for a quarter of an hour in the reporter's browser.

We keep only a hash of the passphrase, and a session would be a row of ours that holds it until somebody
clears it away. So the receipt travels in a cookie, signed so that it ends when it should.
"""

from dataclasses import dataclass
from typing import Final

from django.core import signing

from reports.casework import Filed

# Long enough for a reload, for finding a pen, and for a phone that forgets a page in the background.
MINUTES: Final = 15
COOKIE: Final = "report_receipt"
_SALT: Final = "reports.receipts"


@dataclass(frozen=True)
class Receipt:
    case_id: str
    passphrase: str


def sealed(filed: Filed) -> str:
    """Returns the receipt as the text of a cookie."""
    return signing.dumps([str(filed.case.pk), filed.passphrase], salt=_SALT)


def opened(text: str) -> Receipt | None:
    """Returns what `sealed` wrote, or None if it is too old or not ours."""
    try:
        case_id, passphrase = signing.loads(text, salt=_SALT, max_age=MINUTES * 60)
    except signing.BadSignature:
        return None
    return Receipt(case_id, passphrase)
