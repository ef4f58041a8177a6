"""The questionnaire as data: wrong files are told in a sentence, new content needs no code."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from survey import db, frozen
from survey.instrument import FOLDER, read_content
from survey.words import ContentError
from tests.builders import Resident, add_event, add_poster
from tests.conftest import make_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content that a test may edit."""
    return shutil.copytree(FOLDER, tmp_path / "content")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, f"{path.name} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("instrument.toml", 'scale = "amount5"', 'scale = "amount9"', "trust: there is no scale"),
        ("instrument.toml", 'id = "fair"', 'id = "trust"', "the question trust stands there twice"),
        ("instrument.toml", 'kind = "text"', 'kind = "poem"', "open: kind must be one of"),
        ("instrument.toml", 'screen = "respect"', 'screen = "sky"', "there is no screen sky"),
        ("instrument.toml", 'per = "agency"', 'per = "planet"', "trust: per must be one of"),
        ("instrument.toml", "headline = true", "headlne = true", "headlne is not a key"),
        ("instrument.toml", 'version = "1.0"\n', "", "who: version is missing"),
        ("instrument.toml", 'favourable = ["before"', 'favourable = ["b4"', "names no option b4"),
        ("instrument.toml", "screens = [", "screens = ", "cannot be read as TOML"),
        ("instrument.toml", '"listen", "approach"]', '"lsten"]', "index names no question lsten"),
        ("languages/es.toml", 'next = "Siguiente"\n', "", "the key attend.next is missing"),
        ("languages/es.toml", 'next = "Sig', 'nxt = "Sig', "attend.next is missing"),
        ("languages/es.toml", "{agency} hará", "{agencia} hará", "placeholders"),
        ("languages/es.toml", 'direction = "ltr"', 'direction = "up"', "direction must be"),
        ("languages/es.toml", 'status = "draft"', 'status = "fine"', "status must be"),
        ("agencies.toml", "[fire]", "[fyre]", "agency.fyre.label is missing"),
        (
            "earlier/2019.toml",
            'id = "approach"',
            'id = "approach"\nplanet = 1',
            "planet is not a key",
        ),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence(
    folder: Path, file: str, old: str, new: str, sentence: str
):
    edit(folder / file, old, new)
    with pytest.raises(ContentError) as error:
        read_content(folder)
    assert sentence in str(error.value)
    assert Path(file).name in str(error.value)
    assert str(error.value).endswith(".")


def test_a_missing_file_is_told(folder: Path):
    (folder / "agencies.toml").unlink()
    with pytest.raises(ContentError, match=r"agencies.toml: cannot be opened"):
        read_content(folder)


QUESTION = """
[[questions]]
id = "lights"
version = "1.0"
screen = "help"
kind = "scale"
scale = "amount5"
"""
LIGHTS = {
    "en": (
        '\n[question.lights]\nask = "Are there enough street lights?"\n',
        '\n[question.lights]\ntitle = "Lights"\nfinding = "say there are enough street lights"\n',
    ),
    "es": (
        '\n[question.lights]\nask = "¿Hay bastantes faroles?"\n',
        '\n[question.lights]\ntitle = "Faroles"\nfinding = "dice que hay bastantes faroles"\n',
    ),
}


def survey_with(folder: Path, tmp_path: Path, **more: Any) -> tuple[Resident, object]:
    """A resident in front of a survey that is made of this folder."""
    app = make_app(f"sqlite:///{tmp_path / 'new.sqlite'}", content=folder)
    with app.app_context():
        event = add_event(app, db.session(), **more)
        poster = add_poster(db.session(), event)
    return Resident(app.test_client(), poster.code), app


def test_a_question_is_added_in_content_alone(folder: Path, tmp_path: Path):
    edit(folder / "instrument.toml", "\n[[indexes]]", f"{QUESTION}\n[[indexes]]")
    edit(folder / "earlier/2022.toml", "absent = [", 'absent = [ "lights",')
    for language, words in LIGHTS.items():
        append(folder / f"languages/{language}.toml", words[0])
        append(folder / f"readers/{language}.toml", words[1])
    resident, app = survey_with(folder, tmp_path)
    assert "Are there enough street lights?" in resident.scans().page
    assert resident.answers(lights="4").sends().status_code == 303

    from survey import catalogue

    measures = catalogue.measures_of(read_content(folder), ["police"])
    (lights,) = [measure for measure in measures if measure.id == "lights"]
    assert lights.favourable == (4, 5)
    assert lights.wording == {"2026": "1"}  # not asked before
    assert app


def test_a_language_is_added_in_content_alone(folder: Path, tmp_path: Path):
    text = (folder / "languages/es.toml").read_text("utf-8")
    text = text.replace(
        'name = "Español"\ndirection = "ltr"', 'name = "العربية"\ndirection = "rtl"'
    )
    (folder / "languages/ar.toml").write_text(text.replace('next = "Siguiente"', 'next = "التالي"'))
    resident, _ = survey_with(folder, tmp_path, languages=("en", "ar"))
    page = resident.scans("ar").page
    assert '<html lang="ar" dir="rtl">' in page
    assert "التالي" in page
    reply = resident.answers().sends(follow_redirects=True)
    assert '<html lang="ar" dir="rtl">' in reply.text


def test_a_kind_of_agency_is_added_in_content_alone(folder: Path, tmp_path: Path):
    append(folder / "agencies.toml", "\n[library]\n")
    for language, name in (("en", "the library"), ("es", "la biblioteca")):
        words = f'\n[agency.library]\nlabel = "Library ({language})"\nname = "{name}"\n'
        append(folder / f"languages/{language}.toml", words)
    resident, _ = survey_with(folder, tmp_path, kinds=("police", "library"))
    assert "How much do you trust the library" in resident.scans().page
    resident.answers(met=["library"], **{"trust.library": "5"})
    assert resident.sends().status_code == 303


def test_what_is_published_has_not_changed():
    content, published = read_content(FOLDER), frozen.read_published(FOLDER)
    assert list(frozen.broken(content, published)) == []
    assert list(frozen.unpublished(content, published)) == [], "run: flask instrument publish"


@pytest.mark.parametrize(
    ("file", "old", "new", "rule"),
    [
        ("languages/en.toml", "to do what is right", "to do right", "2022.trust: its words in en"),
        ("languages/es.toml", '5 = "Totalmente"', '5 = "Del todo"', "2022.trust: its words in es"),
        ("instrument.toml", "codes = [3, 2, 1]", "codes = [1, 2, 3]", "new major version"),
        ("instrument.toml", '["yes", "near", "no"]', '["yes", "no", "near"]', "new major version"),
        ("instrument.toml", 'version = "2.0"', 'version = "3.0"', "was published as version 2.0"),
        ("earlier/2019.toml", 'version = "1.0"', 'version = "1.1"', "was published as version 1.0"),
    ],
)
def test_a_change_of_a_published_question_breaks_a_rule_that_is_named(
    folder: Path, file: str, old: str, new: str, rule: str
):
    edit(folder / file, old, new)
    told = list(frozen.broken(read_content(folder), frozen.read_published(folder)))
    assert any(rule in sentence for sentence in told), told


def test_publishing_adds_what_is_new_and_leaves_the_rest(folder: Path):
    before = (folder / "published.toml").read_text("utf-8")
    edit(folder / "instrument.toml", "\n[[indexes]]", f"{QUESTION}\n[[indexes]]")
    edit(folder / "earlier/2022.toml", "absent = [", 'absent = [ "lights",')
    for language, words in LIGHTS.items():
        append(folder / f"languages/{language}.toml", words[0])
        append(folder / f"readers/{language}.toml", words[1])
    assert frozen.freeze(read_content(folder), folder) == ["2026.lights"]
    after = (folder / "published.toml").read_text("utf-8")
    assert set(before.splitlines()) < set(after.splitlines())


def test_no_place_is_named_in_code_or_templates():
    root = FOLDER.parent.parent
    files = [
        *root.glob("survey/**/*.py"),
        *root.glob("analysis/*.py"),
        *root.glob("templates/**/*"),
    ]
    text = "".join(path.read_text("utf-8") for path in files if path.is_file())
    places = ("Buffalo", "Syracuse", "Schenectady", "Liberty", "New Middletown", "Trumbull")
    assert [place for place in places if place in text] == []
