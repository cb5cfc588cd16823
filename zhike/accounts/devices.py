"""Where a request comes from, in words by which people recognise their own devices."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest

#: Looked for in this order: many browsers also claim to be the later ones.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("wxwork", "WeCom"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_of(request: HttpRequest) -> str:
    """Such as "Chrome · Windows"; the beginning of an unknown agent's name as it is."""
    agent = request.headers.get("User-Agent", "")
    found = [next((name for mark, name in marks if mark in agent), "") for marks in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or agent[:60]


def ip_of(request: HttpRequest) -> str | None:
    """The address of the other end of the connection; forwarded headers count only if the server was told to trust them."""
    address = request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
