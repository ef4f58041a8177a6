"""States and territories: time zones, the month of their night out, FIPS code, place on a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from survey.questionnaire.words import ContentError, read_toml


class Tile(NamedTuple):
    """A state's square on a map of equal squares."""

    short: str
    row: int  # from 1
    column: int


@dataclass(frozen=True)
class State:
    """One state or territory."""

    name: str
    zones: tuple[str, ...]  # names of the tz database; most people's first
    october: bool  # whether its night out is usually in October
    fips: str  # two digits
    tile: Tile | None = None  # a territory has none


def read_states(folder: Path) -> Mapping[str, State]:
    """Read content/states.toml. Raises ContentError."""
    table = read_toml(folder / "states.toml")
    late = table.get("october", {}).get("states", [])
    zones = table.get("zones", {})
    if unknown := sorted(set(late) - zones.keys()):
        raise ContentError(f"states.toml: {unknown[0]} is not under [zones].")
    if without := [name for name, zone_names in zones.items() if not zone_names]:
        raise ContentError(f"states.toml: {without[0]} has no time zone.")
    tiles = {name: Tile(*tile) for name, tile in table.get("tiles", {}).items()}
    if unknown := sorted(tiles.keys() - zones.keys()):
        raise ContentError(f"states.toml: {unknown[0]} is not under [zones].")
    if len({(tile.row, tile.column) for tile in tiles.values()}) < len(tiles):
        raise ContentError("states.toml: two states have the same tile.")
    codes = table.get("fips", {})
    if odd := sorted(zones.keys() ^ codes.keys()):
        raise ContentError(f"states.toml: {odd[0]} must be under [zones] and [fips].")
    return {
        name: State(name, tuple(zone_names), name in late, codes[name], tiles.get(name))
        for name, zone_names in zones.items()
    }
