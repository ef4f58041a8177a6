"""The host's logo on posters: drawn anew from what was uploaded, so that nothing else of it stays.

A picture may carry a place, a camera's number, a script or a thousand times its size; only its
pixels are taken over. SVG is refused: it is a document that can do all of that.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.storage.events import Refused
from survey.storage.models import Event, Logo

if TYPE_CHECKING:  # loaded when somebody uploads one
    from PIL.Image import Image

KINDS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 40_000_000  # of a telephone's photograph; a file can say that it has any number
BOX = (600, 240)  # pixels: 2 by 0.8 inches in print at 300 dots each


def set_logo(session: Session, event: Event, data: bytes) -> None:
    """Put a picture on an event's posters, instead of the one before. Raises Refused."""
    image = redrawn(data)
    if (kept := session.get(Logo, event.id)) is not None:
        kept.image = image
    else:
        session.add(Logo(event_id=event.id, image=image))
    session.flush()


def remove_logo(session: Session, event: Event) -> None:
    if (kept := session.get(Logo, event.id)) is not None:
        session.delete(kept)
        session.flush()


def carry_on(session: Session, event: Event) -> None:
    """Give a new event the logo of its community's last one, where the same host runs both."""
    before = [one for one in event.community.events if one is not event and one.host == event.host]
    last = max(before, key=lambda one: one.starts_at, default=None)
    kept = session.get(Logo, last.id) if last else None
    if kept is not None:
        session.add(Logo(event_id=event.id, image=kept.image))
        session.flush()


def has_logo(session: Session, event: Event) -> bool:
    """Whether an event's posters carry one; the picture itself is not read."""
    return session.scalar(select(Logo.event_id).where(Logo.event_id == event.id)) is not None


def redrawn(data: bytes) -> bytes:
    """Return a picture's pixels as PNG, no larger than BOX. Raises Refused."""
    from PIL import Image, ImageOps

    if not data:
        raise Refused("Choose a picture.", "no_logo", "logo")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow warns of what is huge before it refuses it
            picture = Image.open(io.BytesIO(data), formats=KINDS)
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused("The picture has too many pixels.", "logo_large", "logo")
            picture.draft("RGB", BOX)  # a JPEG is read no finer than needed
            drawn = ImageOps.exif_transpose(picture).convert("RGBA")
    except Refused:
        raise
    except Exception as error:  # it reads a stranger's bytes: each format fails in its own ways
        raise Refused("That is no PNG, JPEG or WebP.", "logo_kind", "logo") from error
    drawn.thumbnail(BOX)
    return png(on_white(drawn))


def on_white(picture: Image) -> Image:
    """Return it as it will be printed: on paper, without anything see-through."""
    from PIL import Image

    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return paper.convert("RGB")


def png(picture: Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
