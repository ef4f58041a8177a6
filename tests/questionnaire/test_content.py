"""The questionnaire as data: wrong files are told in a sentence, new content needs no code."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from survey.questionnaire import published_questions
from survey.questionnaire.content_files import FOLDER, read_content
from survey.questionnaire.words import PLACEHOLDER, ContentError, plural
from survey.storage import db
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
        ("languages/uk.toml", 'plural = "slavic"', 'plural = "two"', "plural must be"),
        ("languages/uk.toml", "waiting.few", "waiting.other", "attend.waiting.few is missing"),
        ("languages/zh.toml", "waiting.other", "waiting.one", "attend.waiting.other is missing"),
        ("readers/es.toml", 'title = "Confianza"\n', "", "question.trust.title is missing"),
        ("readers/es.toml", 'es = "Español"', 'xx = "X"', "language_name.es is missing"),
        ("readers/es.toml", "[data]\n", '[attend]\nnext = "Va"\n[data]\n', "attend.next"),
        ("instrument.toml", 'waves = ["follow-up"]', 'waves = ["flood"]', "no wave flood"),
        ("instrument.toml", 'stops = ["no"]', 'stops = ["nein"]', "stops names no option nein"),
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


@pytest.mark.parametrize("code", sorted(path.stem for path in (FOLDER / "languages").iterdir()))
def test_a_language_is_whole_and_says_how_it_is_written(code: str):
    language = read_content(FOLDER).languages[code]
    right_to_left = {"ar"}
    assert language.direction == ("rtl" if code in right_to_left else "ltr")
    assert language.reviewed is (code == "en")  # a draft until native speakers have read it
    assert all(language.words.values())
    english = read_content(FOLDER).languages["en"]
    for key, text in language.words.items():
        plain = PLACEHOLDER.sub("", text)
        if code != "en" and len(plain) > 12:
            assert text != english.words.get(key), key


@pytest.mark.parametrize(
    ("rule", "numbers"),
    [
        ("none", {1: "other", 2: "other", 11: "other"}),
        ("one", {1: "one", 2: "other", 21: "other"}),
        ("slavic", {1: "one", 3: "few", 5: "many", 11: "many", 12: "many", 21: "one", 24: "few"}),
        ("arabic", {1: "one", 2: "two", 3: "few", 11: "many", 100: "other", 103: "few"}),
    ],
)
def test_numbers_have_the_forms_of_the_language(rule: str, numbers: dict[int, str]):
    """After Unicode CLDR's plural rules."""
    assert {number: plural(rule, number) for number in numbers} == numbers


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


def add_words(folder: Path, words: dict[str, tuple[str, str]]) -> None:
    """Append an attendee's and a reader's words to every language; English where there are none."""
    for number, name in enumerate(("languages", "readers")):
        for path in (folder / name).iterdir():
            append(path, words.get(path.stem, words["en"])[number])


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
    add_words(folder, LIGHTS)
    resident, app = survey_with(folder, tmp_path)
    assert "Are there enough street lights?" in resident.scans().page
    assert resident.answers(lights="4").sends().status_code == 303

    from survey.release import measure_catalogue

    measures = measure_catalogue.measures_of(read_content(folder), ["police"])
    (lights,) = [measure for measure in measures if measure.id == "lights"]
    assert lights.favourable == (4, 5)
    assert lights.wording == {"2026": "1"}  # not asked before
    assert app


def test_a_language_is_added_in_content_alone(folder: Path, tmp_path: Path):
    text = (folder / "languages/es.toml").read_text("utf-8")
    text = text.replace('name = "Español"\ndirection = "ltr"', 'name = "עברית"\ndirection = "rtl"')
    (folder / "languages/he.toml").write_text(text.replace('next = "Siguiente"', 'next = "הבא"'))
    for code, name in (("en", "Hebrew"), ("es", "Hebreo")):
        edit(folder / f"readers/{code}.toml", "[language_name]", f'[language_name]\nhe = "{name}"')
    resident, _ = survey_with(folder, tmp_path, languages=("en", "he"))
    page = resident.scans("he").page
    assert '<html lang="he" dir="rtl">' in page
    assert "הבא" in page
    reply = resident.answers().sends(follow_redirects=True)
    assert '<html lang="he" dir="rtl">' in reply.text


def test_a_kind_of_agency_is_added_in_content_alone(folder: Path, tmp_path: Path):
    append(folder / "agencies.toml", "\n[library]\n")
    for path in (folder / "languages").iterdir():
        words = f'\n[agency.library]\nlabel = "Library ({path.stem})"\nname = "the library"\n'
        append(path, words)
    resident, _ = survey_with(folder, tmp_path, kinds=("police", "library"))
    assert "How much do you trust the library" in resident.scans().page
    resident.answers(met=["library"], **{"trust.library": "5"})
    assert resident.sends().status_code == 303


def test_what_is_published_has_not_changed():
    content, published = read_content(FOLDER), published_questions.read_published(FOLDER)
    assert list(published_questions.broken(content, published)) == []
    assert list(published_questions.unpublished(content, published)) == [], (
        "run: flask instrument publish"
    )


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
    told = list(
        published_questions.broken(read_content(folder), published_questions.read_published(folder))
    )
    assert any(rule in sentence for sentence in told), told


def test_a_withheld_language_is_offered_to_nobody(tmp_path: Path):
    """Not even at an event that had turned it on before, nor to a browser that asks for it."""
    content = read_content(FOLDER)
    assert not content.languages["ksw"].offered
    assert [one.code for one in content.offered(["ksw", "my"])] == ["my"]
    assert [one.code for one in content.offered(["ksw"])] == ["en"]
    app = make_app(f"sqlite:///{tmp_path / 'kept.sqlite'}")
    with app.app_context():
        event = add_event(app, db.session(), languages=("en", "my"))
        poster = add_poster(db.session(), event)
        event.languages = ["en", "ksw", "my"]
        db.session().commit()
    client = app.test_client()
    page = client.get(f"/s/{poster.code}?lang=ksw", headers={"Accept-Language": "ksw"}).text
    assert '<html lang="en"' in page
    assert 'value="lang:my"' in page
    assert 'value="lang:ksw"' not in page
    assert 'value="ksw"' not in client.get(f"/poster/{poster.code}").text
    assert '<html lang="en"' in client.get("/s/AAAAAA", headers={"Accept-Language": "ksw"}).text


def test_a_kind_of_own_words_must_belong_to_a_question(folder: Path):
    append(folder / "languages/es.toml", '\n[answer.age]\n1 = "Nunca"\n')
    with pytest.raises(ContentError, match=r"es\.toml: the key answer\.age\.1 belongs to no"):
        read_content(folder)


def test_publishing_adds_what_is_new_and_leaves_the_rest(folder: Path):
    before = (folder / "published.toml").read_text("utf-8")
    edit(folder / "instrument.toml", "\n[[indexes]]", f"{QUESTION}\n[[indexes]]")
    edit(folder / "earlier/2022.toml", "absent = [", 'absent = [ "lights",')
    add_words(folder, LIGHTS)
    assert published_questions.freeze(read_content(folder), folder) == ["2026.lights"]
    after = (folder / "published.toml").read_text("utf-8")
    assert set(before.splitlines()) < set(after.splitlines())


def test_no_place_is_named_in_code_or_templates():
    root = FOLDER.parent.parent
    files = [
        *root.glob("survey/**/*.py"),
        *root.glob("analysis/**/*.py"),
        *root.glob("templates/**/*"),
    ]
    text = "".join(path.read_text("utf-8") for path in files if path.is_file())
    places = ("Buffalo", "Syracuse", "Schenectady", "Liberty", "New Middletown", "Trumbull")
    assert [place for place in places if place in text] == []
