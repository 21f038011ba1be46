"""Who is asking, when nobody signed in: the client's address, and a keyed hash of it that may be counted.

An address is personal data, and a limit does not need it: `counted` is what goes into a row. Without
SECRET_KEY nobody can try all addresses to undo the hash.
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

# A household or a server gets a /64 of IPv6 and can send from any address in it, so it counts as one client.
IPV6_CLIENT_PREFIX = 64
# 32 hexadecimal digits are 128 bits: no two clients meet by chance, and a key stays short.
_COUNTED_LENGTH = 32


def address(request: HttpRequest) -> str:
    """Returns the address that the request came from.

    With `TRUSTED_PROXY_COUNT` proxies of ours in front it is that many entries from the right of
    X-Forwarded-For: entries further left were written by the client and prove nothing. A header with fewer
    entries did not come through all our proxies and is not believed.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXY_COUNT
    if not proxies:
        return peer
    forwarded = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")]
    return forwarded[-proxies] if len(forwarded) >= proxies and forwarded[-proxies] else peer


def counted(request: HttpRequest) -> str:
    """Returns 32 hexadecimal digits that stand for the client in a limit's key; no address is stored."""
    digest = salted_hmac("accounts.client", _network(address(request)), algorithm="sha256")
    return digest.hexdigest()[:_COUNTED_LENGTH]


def _network(text: str) -> str:
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return text  # a Unix socket has no address, and some proxies append a port
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, IPV6_CLIENT_PREFIX), strict=False))
    return str(parsed)
