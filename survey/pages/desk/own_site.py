"""The site that passkeys are made for."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import current_app, request

from survey.config import Settings
from survey.desk.passkeys import Site


def own_site() -> Site | None:
    """Return the site that passkeys are for; None where no browser makes any: at an address in
    numbers, without https, or at another name than the one that posters print."""
    settings: Settings = current_app.extensions["settings"]
    parts = urlsplit(settings.public_url or request.host_url)
    name, origin = parts.hostname or "", f"{parts.scheme}://{parts.netloc}"
    is_safe = parts.scheme == "https" or name == "localhost"
    return Site(name, origin) if is_safe and parts.netloc == request.host and named(name) else None


def named(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False
