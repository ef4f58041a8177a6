"""What an event shows and prints: the preview, the logo, tents and cards."""

from __future__ import annotations

import io
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import Flask
from PIL import Image, PngImagePlugin

from survey.desk import logos
from survey.storage.events import Refused
from tests.desk_people import Colleague, acts, colleague
from tests.pages.desk.test_planning import WHOLE, ask

EVENT = "/desk/events/maple-falls-2027"


def picture(kind: str, size: tuple[int, int] = (900, 300), **more: object) -> bytes:
    out = io.BytesIO()
    mode = "RGB" if kind == "JPEG" else "RGBA"
    colour = (200, 30, 30) if kind == "JPEG" else (200, 30, 30, 0)
    Image.new(mode, size, colour).save(out, kind, **more)
    return out.getvalue()


def uploads(somebody: Colleague, data: bytes, name: str = "logo.png"):
    return somebody.presses(f"{EVENT}/logo", logo=(io.BytesIO(data), name))


# The phone's frame


def framed(page: str) -> str:
    found = re.search(r'<iframe[^>]*src="([^"]*)"[^>]* sandbox>', page)
    assert found, "the page has no frame that runs nothing"
    return unescape(found[1])


def test_the_form_is_seen_before_the_event_is_made(ana: Colleague):
    shown = ana.opens(framed(ana.sees(ask(host="fire"))))
    assert "Run by" in shown.text
    assert "Alder Creek Fire Department" in shown.text
    assert "Police see totals" in shown.text  # the fire department is not the police
    assert "<script" not in shown.text
    assert 'name="ticket"' not in shown.text
    policy = shown.headers["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    spanish = ana.sees(framed(ana.sees(ask())).replace("lang=en", "lang=es"))
    assert '<html lang="es"' in spanish
    assert "frame-src 'self'" in ana.opens(ask()).headers["Content-Security-Policy"]
    ana.sees("/desk/new/preview?" + urlencode({**WHOLE, "day": "nonsense"}, doseq=True), 404)


def test_the_form_is_seen_as_it_stands_by_its_own_town(town: Flask, ana: Colleague):
    address = framed(ana.sees(EVENT))
    assert "Maple Falls police" in ana.sees(address)
    eve = colleague(town, "organiser", "elm-grove", name="Eve")
    eve.sees(address, 404)
    assert set(acts(town)) <= {"signed_in"}
    for public in ("/", "/s/AAAAAA"):
        assert "frame-src" not in ana.opens(public).headers["Content-Security-Policy"]


# The logo


def test_a_logo_is_drawn_anew_and_carries_nothing_else(town: Flask, ana: Colleague):
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "a place and a name")
    assert uploads(ana, picture("PNG", pnginfo=told)).status_code == 303
    (address,) = set(re.findall(r'src="(/poster/\w+/logo.png)"', ana.sees(f"{EVENT}/sheets")))
    kept = Colleague(town).opens(address)
    assert kept.mimetype == "image/png"
    assert b"a place" not in kept.data
    drawn = Image.open(io.BytesIO(kept.data))
    assert drawn.size == (600, 200)
    assert drawn.getpixel((5, 5)) == (255, 255, 255)  # what was see-through is paper
    assert address in ana.sees(EVENT)
    code = address.split("/")[2]
    assert address in Colleague(town).sees(f"/poster/{code}")
    assert ana.presses(f"{EVENT}/logo/remove").status_code == 303
    assert Colleague(town).opens(address).status_code == 404
    assert acts(town)[-2:] == ["logo_set", "logo_removed"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Choose a picture first"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"%PDF-1.7", "PNG, JPEG or WebP"),
        (picture("PNG")[:60], "PNG, JPEG or WebP"),
        (picture("GIF"), "PNG, JPEG or WebP"),
    ],
    ids=["nothing", "svg", "pdf", "half", "gif"],
)
def test_what_is_no_picture_is_refused_in_words(town: Flask, ana: Colleague, data, told):
    reply = uploads(ana, data)
    assert reply.status_code == 422
    assert told in reply.text
    assert "logo_set" not in acts(town)


def test_a_file_that_says_it_is_huge_is_not_unpacked():
    huge = bytearray(picture("PNG", (10, 10)))
    huge[16:24] = (30_000).to_bytes(4) + (30_000).to_bytes(4)
    with pytest.raises(Refused):
        logos.redrawn(bytes(huge))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_each_kind_of_picture_is_taken(kind: str):
    drawn = Image.open(io.BytesIO(logos.redrawn(picture(kind, (300, 900)))))
    assert (drawn.format, drawn.size) == ("PNG", (80, 240))


def test_next_years_posters_carry_the_logo_of_the_same_host(ana: Colleague):
    uploads(ana, picture("PNG"))
    for host, carried in (("", True), ("Friends of Maple Falls", False)):
        place = {"place": "maple-falls", "name": f"Evening {carried}", "host_name": host}
        more = {**place, "host": "else" if host else "", "step": "check"}
        page = ana.sees("/desk/new?" + urlencode({**WHOLE, **more}, doseq=True))
        fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(unescape(value))
        reply = ana.client.post("/desk/new", data=data)
        assert reply.status_code == 303, reply.text
        sheets = ana.sees(reply.location.replace("/posters", "/sheets"))
        assert ("logo.png" in sheets) is carried


# Tents and cards


def test_tents_and_cards_carry_the_posters_code(ana: Colleague):
    ana.presses(f"{EVENT}/posters", channel="Food")
    codes = set(re.findall(r"<code>(\w+)</code>", ana.sees(f"{EVENT}/posters")))
    for kind, qrs in (("posters", 1), ("tents", 2), ("cards", 8)):
        page = ana.sees(f"{EVENT}/sheets?as={kind}&in=en&in=es")
        assert page.count("<svg") - page.count('class="lamp"') >= qrs * len(codes)
        assert page.count('class="qr"') == qrs * len(codes)
        assert all(f"/s/{code}" in page for code in codes)
        assert page.count("<article") == len(codes)
    one = ana.sees(f"{EVENT}/sheets?as=cards&only={min(codes)}")
    assert one.count("<article") == 1
    assert f"only={min(codes)}" in one  # another kind of sheet is of the same poster
