"""Where a connection to another machine may go: names are resolved once, and the address that was looked at is the one used."""

from __future__ import annotations

import ipaddress
import re
import socket
from ipaddress import IPv4Address, IPv6Address

HOST_NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-zA-Z0-9-]{1,63}(?:\.(?!-)[a-zA-Z0-9-]{1,63})*\Z")
#: A last part of digits, or 0x…, is an address in a spelling that resolvers read differently (127.1, 0x7f000001, 017700000001).
ODD_NUMBER = re.compile(r"(?:0[xX][0-9a-fA-F]*|\d+)\Z")


class NoSuchHost(ValueError):
    """The name leads nowhere."""


class ForbiddenHost(ValueError):
    """The name leads to an address at which no other machine's service is to be looked for."""


def host_name(text: str) -> str:
    """A name or a plain IP address, in small letters; raises ForbiddenHost for other spellings."""
    name = text.strip().lower()
    try:
        return str(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        pass
    if not HOST_NAME.match(name) or ODD_NUMBER.match(name.rpartition(".")[2]):
        raise ForbiddenHost(name)
    return name


def addresses_of(host: str, port: int) -> list[str]:
    """The addresses behind a host, in the resolver's order, all of which may be connected to.

    Raises NoSuchHost, or ForbiddenHost when one is link-local (which is where clouds keep their credentials),
    multicast, unspecified or reserved. Private networks and loopback are allowed: servers of the own firm stand there.
    """
    try:
        found = socket.getaddrinfo(host_name(host), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoSuchHost(host) from error
    listed = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in listed:
        if _is_forbidden(plain(address)):
            raise ForbiddenHost(host)
    return listed


def plain(address: str) -> IPv4Address | IPv6Address:
    """The address; one of IPv4 that is written in IPv6 as what it is."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found


def is_loopback(address: str) -> bool:
    """Whether the address is this very machine."""
    return plain(address).is_loopback


def _is_forbidden(address: IPv4Address | IPv6Address) -> bool:
    if address.is_loopback:
        return False
    return address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
