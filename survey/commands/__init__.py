"""`flask ...`: what operators and organisers type. Thin, as pages are: parse, one verb, answer.

May import every other room. Start with work.py: a command stores first and tells afterwards. There
is one file for each noun.
"""

from __future__ import annotations

from click import Command, Context
from flask import Flask
from flask.cli import AppGroup


class Commands(AppGroup):
    """`flask ...`, imported when one of them is asked for: a server has no use for them, and is
    back the sooner where it was killed."""

    def list_commands(self, ctx: Context) -> list[str]:
        self.load()
        return super().list_commands(ctx)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        self.load()
        return super().get_command(ctx, cmd_name)

    def load(self) -> None:
        from survey.commands.listed import COMMANDS

        for command in () if self.commands else COMMANDS:
            self.add_command(command)


def init_app(app: Flask) -> None:
    app.cli = Commands(name=app.name)
