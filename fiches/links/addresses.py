"""Which addresses our server may speak to: those of the public Internet, and no other.

A curator, or whoever holds a name that a sheet leads to, must not make this machine talk to its own network. So a
name is resolved once, every address that it gives is judged, and the connection goes to one of those very addresses:
a name that changes its mind between the judgement and the connection (DNS rebinding) gains nothing.
"""

import ipaddress
import socket
from urllib.parse import urlsplit

from django.utils.encoding import iri_to_uri

PORTS = frozenset({80, 443, 8080, 8443})  # where sites answer: the others may be anything else
# What carries an IPv4 address inside an IPv6 one, and would lead a gateway of ours anywhere.
_CARRIERS = [
    ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
]


class Forbidden(Exception):
    """This address is none that we may ask. Its text says why, in French, for a curator."""


def is_public(address):
    """Whether `address` (text) is one of the public Internet: not private, loopback, link-local, multicast, reserved…

    An IPv4 address written as IPv6 is judged as what it is.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if ip.version == 6:
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif any(ip in net for net in _CARRIERS) or ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def resolve(host, port):
    """The addresses of `host`, as the system gives them. Raises OSError when it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(sockaddr[0] for *_, sockaddr in found))


def as_sent(url):
    """`url` as a browser sends it: no blank, the host in punycode, the rest of what is not ASCII percent-encoded.

    Raises ValueError for what is no URL.
    """
    parts = urlsplit("".join(url.split()))
    netloc = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    return iri_to_uri(parts._replace(netloc=netloc).geturl())


class PublicInternet:
    """Judges where a URL leads. `resolver`: (host, port) → addresses. A test gives its own, and its own ports."""

    def __init__(self, resolver=resolve, ports=PORTS):
        self.resolver = resolver
        self.ports = ports

    def allows(self, address):
        return is_public(address)

    def way_to(self, url):
        """(split URL, port, addresses) for an absolute URL. Raises Forbidden, or OSError if nobody has that name."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise Forbidden("ce n’est pas une adresse du web (http ou https)")
        if not parts.hostname or parts.username is not None or parts.password is not None:
            raise Forbidden("cette adresse n’a pas de nom de site, ou contient un mot de passe")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if port not in self.ports:
            raise Forbidden(f"le port {port} n’est pas celui d’un site")
        addresses = self.resolver(parts.hostname, port)
        if not addresses or not all(map(self.allows, addresses)):
            raise Forbidden("cette adresse mène à un réseau privé, que personne d’autre ne peut lire")
        return parts, port, addresses
