"""Who accepted which version of the content policy. A new version asks everybody again."""

from django.conf import settings

from accounts.errors import PolicyOutdated
from accounts.models import PolicyAcceptance, User


def has_accepted(user: User) -> bool:
    """True when `user` accepted the version that is in force now."""
    return PolicyAcceptance.objects.filter(user=user, version=settings.POLICY_VERSION).exists()


def accept(user: User, version: str) -> PolicyAcceptance:
    """Records that `user` accepted `version`; a second time returns the first record.

    Args:
        user: Who accepts.
        version: The version that stood on the page they read.

    Raises:
        PolicyOutdated: another version is in force: what they read is not what they would accept.
    """
    if version != settings.POLICY_VERSION:
        raise PolicyOutdated
    return PolicyAcceptance.objects.get_or_create(user=user, version=version)[0]
