"""Pictures, embedded charts, briefs, citations and the feed: the page's own figures, taken away."""

from __future__ import annotations

import io
import re
from html import unescape
from xml.etree import ElementTree

import page
import pypdfium2
import pytest
import zxingcpp
from flask import Flask, Response, g
from PIL import Image

from survey.config import Settings
from survey.setting_values import SettingError
from survey.storage import db, release_store
from survey.storage.models import Release
from tests.conftest import SECRET, make_app

SVG = "{http://www.w3.org/2000/svg}"
ATOM = "{http://www.w3.org/2005/Atom}"
CHARTS = (
    "/results",
    "/results?measure=index",
    "/results/buffalo",
    "/results/new-middletown",
    "/results/austintown?cut=race&lang=es",
    "/results/syracuse?measure=approach&lang=es",
    "/results/compare?c=liberty&c=buffalo",
)


def with_ending(address: str, ending: str) -> str:
    path, _, query = address.partition("?")
    return f"{path}.{ending}" + (f"?{query}" if query else "")


def get(app: Flask, address: str, **more):
    reply = app.test_client().get(address, **more)
    assert reply.status_code == 200, (address, reply.status_code)
    return reply


def words_of(picture: ElementTree.Element) -> str:
    return " ".join(text.text or "" for text in picture.iter(f"{SVG}text"))


@pytest.mark.parametrize("address", CHARTS)
def test_a_picture_has_title_source_and_note_baked_in(shown: Flask, address: str):
    page = unescape(get(shown, address).text)
    said = words_of(ElementTree.fromstring(get(shown, with_ending(address, "chart.svg")).text))
    (title,) = re.findall("<figcaption><h3>(.*?)</h3>", page)
    assert title[:40] in said
    assert f"{'publicación' if 'lang=es' in address else 'release'} 1" in said.lower()
    note = "azar" if "lang=es" in address else "chance alone"
    assert note in said
    (typed,) = re.findall(r"127\.0\.0\.1:8000(/results\S*)", said)
    same = f"{typed}{'&' if '?' in typed else '?'}lang={'es' if 'lang=es' in address else 'en'}"
    assert title in unescape(get(shown, same).text), "it leads to the chart that it stands under"


def test_a_picture_draws_the_same_ranges_as_the_page(shown: Flask):
    rows = get(shown, "/results/buffalo.json").get_json()["rows"]
    picture = ElementTree.fromstring(get(shown, "/results/buffalo.post.svg").text)
    titles = [mark.findtext(f"{SVG}title") or "" for mark in picture.iter(f"{SVG}g")]
    for row in rows:
        (told,) = [said for said in titles if said.startswith(f"{row['season']}, ")]
        assert f"{row['value'] * 100:.0f}%" in told
        assert f"{row['n']} answers" in told


@pytest.mark.parametrize(
    ("ending", "size"), [("post.png", (1200, 630)), ("chart.png", (2400, 1600))]
)
def test_a_png_has_its_size_and_is_not_blank(shown: Flask, ending: str, size: tuple[int, int]):
    reply = get(shown, f"/results/buffalo.{ending}")
    assert reply.mimetype == "image/png"
    image = Image.open(io.BytesIO(reply.data)).convert("RGB")
    assert image.size == size
    colours = {colour for _, colour in image.getcolors(maxcolors=1_000_000) or []}
    for mark in ((0x8C, 0x7A, 0xBF), (0xF4, 0xB0, 0x4A)):  # a range, the lamp
        assert mark in colours
    assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("ending", ["post.png", "chart.svg", "embed", "letter.pdf"])
def test_where_there_is_no_figure_there_is_no_picture(shown: Flask, ending: str):
    client = shown.test_client()
    assert client.get(f"/results/buffalo.{ending}?measure=nonsense").status_code == 404
    assert client.get(f"/results/nowhere.{ending}").status_code == 404
    assert client.get(f"/results/compare.{ending}?c=buffalo").status_code == 404
    assert client.get("/results.letter.pdf").status_code == 404


def test_a_page_says_how_it_is_cited_and_what_a_preview_shows(shown: Flask):
    page = get(shown, "/results/buffalo").text
    with shown.app_context():
        release = db.session().get_one(Release, 1)
        sha, day = release.sha256, release.made_at
    (cited,) = [c for c in re.findall('<p class="taken">(.*?)</p>', page) if "SHA" in c]
    for part in (sha, "CC BY 4.0", "release=1", str(day.year), "Buffalo"):
        assert part in cited
    meta = dict(re.findall('<meta (?:property|name)="([^"]+)" content="([^"]*)">', page))
    assert meta["og:image"].startswith("http://127.0.0.1:8000/results/buffalo.post.png?")
    image = unescape(meta["og:image"]).removeprefix("http://127.0.0.1:8000")
    assert get(shown, image).mimetype == "image/png"
    row = max(get(shown, "/results/buffalo.json").get_json()["rows"], key=lambda r: r["season"])
    assert f"{row['value'] * 100:.0f}% of those who answered in Buffalo" in meta["og:description"]
    assert meta["description"] == meta["og:description"]


def test_no_visitor_s_host_gets_into_a_page_that_is_kept_for_all(shown: Flask):
    for address in ("/results/liberty", "/results/liberty.embed", "/releases.atom"):
        page = shown.test_client().get(address, headers={"Host": "evil.example"}).text
        assert "evil.example" not in page
        assert "evil.example" not in get(shown, address).text


def test_a_chart_may_be_framed_and_nothing_else_may(shown: Flask):
    embedded = get(shown, "/results/buffalo.embed")
    assert "frame-ancestors *" in embedded.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in embedded.headers
    assert "<form" not in embedded.text
    assert 'target="_top"' in embedded.text
    for address in ("/results/buffalo", "/", "/privacy", "/results/buffalo.json"):
        headers = get(shown, address).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
    again = get(shown, "/results/buffalo.embed")  # kept: the same policy
    assert "frame-ancestors *" in again.headers["Content-Security-Policy"]


def test_the_code_to_embed_opens_the_chart(shown: Flask):
    page = get(shown, "/results/austintown?cut=age").text
    code = next(c for c in re.findall("<code>(.*?)</code>", page, re.DOTALL) if "iframe" in c)
    (address,) = re.findall('src="http://127.0.0.1:8000([^"]+)"', unescape(unescape(code)))
    embedded = get(shown, address).text
    assert 'class="bars"' in embedded


def pages_of(pdf: bytes):
    return [page.render(scale=3).to_pil() for page in pypdfium2.PdfDocument(pdf)]


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


@pytest.mark.parametrize(
    ("address", "size"),
    [
        ("/results/buffalo.letter.pdf", (612, 792)),
        ("/results/buffalo.a4.pdf?lang=es", (595, 842)),
        ("/results/new-middletown.letter.pdf", (612, 792)),  # little to tell
        ("/results/syracuse.a4.pdf?measure=approach", (595, 842)),
    ],
)
def test_a_brief_is_one_tagged_page_with_a_code_to_the_live_one(shown: Flask, address, size):
    reply = get(shown, address)
    assert reply.mimetype == "application/pdf"
    assert_accessible(reply.data)
    document = pypdfium2.PdfDocument(reply.data)
    assert len(document) == 1
    assert tuple(round(side) for side in document[0].get_size()) == size
    (seen,) = zxingcpp.read_barcodes(pages_of(reply.data)[0])
    path = address.partition(".")[0]
    assert f"{path}?release=1" in seen.text
    assert ("lang=es" in seen.text) == ("lang=es" in address)


def assert_accessible(pdf: bytes) -> None:
    """PDF/UA-1, by a checker that has nothing to do with what makes the page."""
    report = page.validate_pdf_bytes(pdf, profile="ua1")
    assert report.rules.total > 50
    assert report.is_compliant, [(one.rule_id, one.message) for one in report.failures]


def test_a_brief_says_what_the_page_says(shown: Flask):
    said = text_of(get(shown, "/results/buffalo.letter.pdf").data)
    row = max(get(shown, "/results/buffalo.json").get_json()["rows"], key=lambda r: r["season"])
    assert f"{row['value'] * 100:.0f}% of those who answered in Buffalo in {row['season']}" in said
    for measure in ("fair", "listen", "approach"):
        rows = get(shown, f"/results/buffalo.json?measure={measure}").get_json()["rows"]
        newest = max(rows, key=lambda one: one["season"])
        assert f"{newest['value'] * 100:.0f}%" in said
    with shown.app_context():
        assert db.session().get_one(Release, 1).sha256[:12] in said


def test_the_same_rows_make_the_same_brief(shown: Flask):
    from survey.read import briefs
    from survey.read.captions import Teller
    from survey.read.results_query import Reading

    with shown.app_context():
        now = release_store.current(db.session())
        assert now is not None
        language = shown.extensions["content"].languages["en"]
        place = now.places["buffalo"]
        made = set()
        for _ in range(2):
            reading = Reading.read(db.session(), now, Teller(now, language), {}, [place])
            made.add(briefs.as_pdf(reading, place, "a4", "https://survey.example"))
    assert len(made) == 1


def test_flask_brief_writes_every_community_and_says_what_it_wrote(shown: Flask, tmp_path):
    run = shown.test_cli_runner().invoke
    done = run(args=["brief", str(tmp_path), "--language", "es", "--paper", "a4",
                     "--community", "liberty", "--community", "buffalo"])  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "2 briefs" in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "buffalo-release-1-es-a4.pdf",
        "liberty-release-1-es-a4.pdf",
    ]
    assert "de quienes contestaron" in text_of(
        (tmp_path / "liberty-release-1-es-a4.pdf").read_bytes()
    )
    for args, told in ((["--community", "atlantis"], "atlantis"), (["--language", "xx"], "en, es")):
        refused = run(args=["brief", str(tmp_path), *args])
        assert refused.exit_code != 0
        assert told in refused.output


def test_the_feed_names_each_release_and_keeps_its_ids(shown: Flask):
    feed = ElementTree.fromstring(get(shown, "/releases.atom").text)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert "1" in (entry.findtext(f"{ATOM}title") or "")
    links = [link.get("href") or "" for link in entry.findall(f"{ATOM}link")]
    for link in links:
        get(shown, link.removeprefix("http://127.0.0.1:8000"))
    again = ElementTree.fromstring(get(shown, "/releases.atom?lang=es").text)
    ids = [(one.findtext(f"{ATOM}id")) for one in (entry, again.find(f"{ATOM}entry"))]  # type: ignore[union-attr]
    assert len(set(ids)) == 1
    page = get(shown, "/results").text
    assert '<link rel="alternate" type="application/atom+xml"' in page


@pytest.mark.parametrize(
    ("said", "policy"),
    [
        ("https://city.example, https://*.news.example:8443",
         "frame-ancestors https://city.example https://*.news.example:8443"),
        ("none", "frame-ancestors 'none'"),
        ("*", "frame-ancestors *"),
    ],
)  # fmt: skip
def test_a_deployment_says_whose_pages_may_show_a_chart(sqlite_url, said: str, policy: str):
    app = make_app(sqlite_url, embedders=said)
    headers = app.test_client().get("/results/buffalo.embed").headers  # a page that is none
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    with app.test_request_context("/results/buffalo.embed"):
        g.open_to = "frames"
        framed = app.process_response(Response()).headers
    assert framed["Content-Security-Policy"].endswith(policy)
    assert ("X-Frame-Options" in framed) == (said == "none")


@pytest.mark.parametrize(
    "said", ["city.example", "javascript:alert(1)", "https://a b", "'self'", "*,;"]
)
def test_an_embedder_that_is_no_address_stops_the_start(said: str):
    with pytest.raises(SettingError, match="EMBEDDERS"):
        Settings(secret_key=SECRET, embedders=said)  # type: ignore[arg-type]
