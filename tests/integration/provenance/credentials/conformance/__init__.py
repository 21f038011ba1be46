"""What C2PA 2.4 and its Conformance Programme 0.2 ask of a generated picture's manifest, one rule a function.

Our own reading of the specification and of the programme's additional requirements, over crJSON: the form in
which a product shows its validation results to the programme. A rule yields what is wrong, in words; nothing
means that it holds. Section numbers are those of specification 2.4 unless they say otherwise.
"""

from tests.integration.provenance.credentials.conformance import actions, form, inputs, validity
from tests.integration.provenance.credentials.conformance.claimed import RULES, Claimed, Json

__all__ = ["RULES", "Claimed", "Json", "actions", "form", "inputs", "validity"]
