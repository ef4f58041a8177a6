"""States and territories: which time zones they have, and in which month their night out is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from survey.questionnaire.words import ContentError, read_toml


@dataclass(frozen=True)
class State:
    """One state or territory."""

    name: str
    zones: tuple[str, ...]  # names of the tz database; most people's first
    october: bool  # whether its night out is usually in October


def read_states(folder: Path) -> Mapping[str, State]:
    """Read content/states.toml. Raises ContentError."""
    table = read_toml(folder / "states.toml")
    late = table.get("october", {}).get("states", [])
    zones = table.get("zones", {})
    if unknown := sorted(set(late) - zones.keys()):
        raise ContentError(f"states.toml: {unknown[0]} is not under [zones].")
    if without := [name for name, zone_names in zones.items() if not zone_names]:
        raise ContentError(f"states.toml: {without[0]} has no time zone.")
    return {
        name: State(name, tuple(zone_names), name in late) for name, zone_names in zones.items()
    }
