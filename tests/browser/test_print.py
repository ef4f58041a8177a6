"""The poster on paper: one sheet, and a phone reads its code."""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image

from tests.browser.actors import PRACTICE

pytestmark = pytest.mark.browser

POINTS = {"letter": (612, 792), "a4": (595, 842)}  # 1/72 inch


@pytest.mark.parametrize("languages", [("en",), ("es",), ("en", "es")], ids="+".join)
@pytest.mark.parametrize("paper", POINTS)
def test_a_poster_is_one_page_and_its_code_is_read(new_page, demonstration, paper, languages):
    width, height = (points * 96 // 72 for points in POINTS[paper])
    page = new_page(width=width, height=height)
    chosen = "".join(f"&in={language}" for language in languages)
    page.goto(f"{demonstration.url}/poster/{PRACTICE}?paper={paper}{chosen}")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
    assert box
    assert [float(side) for side in box.groups()] == pytest.approx(POINTS[paper], abs=1)

    page.emulate_media(media="print")
    picture = Image.open(io.BytesIO(page.screenshot()))
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == f"{demonstration.url}/s/{PRACTICE}"
    inches = page.locator("svg.qr").bounding_box()["width"] / 96
    assert inches > 3  # read from two steps away, over a table
    shown = page.locator(".headline").evaluate_all("all => all.map(one => one.parentNode.lang)")
    assert shown == list(languages)
