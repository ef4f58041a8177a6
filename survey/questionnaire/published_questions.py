"""What of the questionnaire is published, and may therefore no longer change.

A published question's version, its structure and its words in each language are kept as short
digests in content/published.toml. Another wording under the same version would pool answers to
different questions into one figure; `broken` finds that and says which rule it breaks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from survey.questionnaire.instrument import Content, Instrument, Question
from survey.questionnaire.question_words import answer_words
from survey.questionnaire.words import Language, read_toml

FILE = "published.toml"
HEAD = """# Written by `flask instrument publish`: what each question was when it was published.
# Never edit a line by hand; a change of a published question is a new version of it.
"""

Digests = Mapping[str, str]  # "version", "structure", and one per language


def digests(content: Content, instrument: Instrument, question: Question) -> dict[str, str]:
    """Return the digests of one question, by part: a draft's words are frozen like all others."""
    words = {
        language.code: digest(question_words(content, question, language))
        for language in content.languages.values()
    }
    return {
        "version": question.version,
        "structure": digest(structure(instrument, question)),
        **words,
    }


def structure(instrument: Instrument, question: Question) -> list[object]:
    """Return what a change of which breaks the series: codes, order, routing, side by side."""
    scale = question.scale
    return [
        question.kind,
        question.per,
        list(scale.codes) if scale else list(question.options),
        list(scale.favourable) if scale else list(question.favourable),
        question.dont_know,
        question.prefer_not,
        question.gate,
        question.most,
        [q.id for q in instrument.on(question.screen)].index(question.id),
        *([list(question.stops)] if question.stops else []),
    ]


def question_words(content: Content, question: Question, language: Language) -> list[str]:
    """Return a question's stem, in every wording that the language has of it, and its labels in
    order."""
    codes = question.scale.codes if question.scale else ()
    labels = [answer_words(question, code, language) for code in codes]
    labels += [language.say(f"option.{question.id}.{option}") for option in question.own_options]
    stem = question.key()
    stems = [stem, *(key for key in sorted(language.words) if key.startswith(f"{stem}_"))]
    words = [language.words[key] for key in stems]
    if "{crews}" in words[0]:
        law = (kind.id for kind in content.agencies.values() if kind.law)
        words += [language.say(f"agency.{kind}.crews") for kind in law]
    return [*words, *labels]


def digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def all_digests(content: Content) -> dict[str, dict[str, str]]:
    """Return {"<instrument>.<question>": digests} for every dated instrument."""
    return {
        f"{instrument.id}.{question.id}": digests(content, instrument, question)
        for instrument in content.instruments.values()
        for question in instrument.questions.values()
    }


def read_published(folder: Path) -> dict[str, dict[str, str]]:
    path = folder / FILE
    tree = read_toml(path) if path.exists() else {}
    return {
        f"{instrument}.{question}": dict(parts)
        for instrument, questions in tree.items()
        for question, parts in questions.items()
    }


def broken(content: Content, published: Mapping[str, Digests]) -> Iterator[str]:
    """Yield a sentence for every rule that the content breaks against what is published."""
    now = all_digests(content)
    for name, then in published.items():
        if name not in now:
            yield (
                f"{name} was published and is gone: keep it in earlier/ for the seasons "
                "that asked it."
            )
            continue
        yield from changed(name, then, now[name])


def changed(name: str, then: Digests, now: Digests) -> Iterator[str]:
    if then["version"] != now["version"]:
        yield (
            f"{name} was published as version {then['version']}: put that version into "
            "earlier/ and give the instrument a new id."
        )
    elif then["structure"] != now["structure"]:
        yield (
            f"{name}: options, order, don't-know, routing or place changed. That breaks the "
            "series: give it a new major version and keep the old one in earlier/."
        )
    for code in then.keys() - {"version", "structure"}:
        if code not in now:
            yield f"{name}: the language {code} was published and is gone."
        elif then["version"] == now["version"] and then[code] != now[code]:
            yield (
                f"{name}: its words in {code} changed. Spelling is a new minor version, "
                "meaning a new major one; the old words stay in earlier/."
            )


def unpublished(content: Content, published: Mapping[str, Digests]) -> Iterator[str]:
    """Yield the names of questions, or of their languages, that are not frozen yet."""
    for name, parts in all_digests(content).items():
        if parts.keys() - published.get(name, {}).keys():
            yield name


def freeze(content: Content, folder: Path, afresh: Collection[str] = ()) -> list[str]:
    """Write what is new to published.toml; return the names of the questions it is about.

    Published lines stay as they are, but for the words of the languages `afresh`: a draft that
    nobody has answered in may still be corrected.
    """
    published = read_published(folder)
    changed_names = list(unpublished(content, published))
    for name, parts in all_digests(content).items():
        kept = {key: value for key, value in published.get(name, {}).items() if key not in afresh}
        if any(published.get(name, {}).get(code, parts[code]) != parts[code] for code in afresh):
            changed_names.append(name)
        published[name] = {**parts, **kept}
    lines = [HEAD]
    for name, parts in sorted(published.items()):
        instrument, question = name.split(".", 1)
        row = ", ".join(f'{key} = "{value}"' for key, value in parts.items())
        lines.append(f'"{instrument}".{question} = {{ {row} }}')
    (folder / FILE).write_text("\n".join(lines) + "\n", "utf-8")
    return sorted(set(changed_names))
