"""Which addresses may be talked to.

The rule is about the address that a connection really uses, not about the name, so that a name
which answers differently the second time (DNS rebinding) gains nothing.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from httpx import URL

from cornbread.foundation.http.trouble import Refused

Address = IPv4Address | IPv6Address

# Reserved ranges that ipaddress in Python 3.11 still calls global: protocol assignments,
# the 6to4 relay anycast address, and the second documentation range of IPv6.
_NOT_GLOBAL_4 = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_NOT_GLOBAL_6 = (IPv6Network("3fff::/20"),)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_PRIVATE_4 = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
_PRIVATE_6 = IPv6Network("fc00::/7")


def parse(address: str) -> Address:
    """The address as a value; an IPv6 zone (``%eth0``) does not change what it is."""
    return ip_address(address.partition("%")[0])


def is_allowed(address: Address, *, local: bool = False) -> bool:
    """Whether a connection to this address may be made.

    Global addresses may. With ``local``, loopback and private networks may as well, but
    never link-local (where clouds keep their credentials), multicast or unspecified ones.
    """
    inner = _embedded(address)
    if inner is not None:
        return is_allowed(inner, local=local)
    return _is_global(address) or (local and _is_local(address))


def check_url(url: URL, *, sent: bool = False) -> None:
    """Raise Refused for an address that is not plain http or https to a named host."""
    if url.scheme not in {"http", "https"}:
        raise Refused("Only addresses that start with http:// or https:// can be used.", sent=sent)
    if url.userinfo:
        raise Refused("Please leave the user name and password out of the address.", sent=sent)
    if not url.host:
        raise Refused("This address names no host.", sent=sent)
    # The system's resolver takes larger numbers and quietly means another port.
    if url.port is not None and not 0 < url.port < 65536:
        raise Refused("The port in this address must be between 1 and 65535.", sent=sent)


def _embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that packets to this IPv6 address end up at, if there is one."""
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_global(address: Address) -> bool:
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_GLOBAL_4)
    return address in _GLOBAL_UNICAST and not any(address in net for net in _NOT_GLOBAL_6)


def _is_local(address: Address) -> bool:
    if address.is_loopback:
        return True
    if isinstance(address, IPv4Address):
        return any(address in network for network in _PRIVATE_4)
    return address in _PRIVATE_6
