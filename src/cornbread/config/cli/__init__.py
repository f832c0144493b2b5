"""The ``cornbread`` command. Every command is a module of this package with a ``command``."""

import os

from cornbread.config.cli.group import Commands

#: Name of the command = module that holds it; a module is loaded only when it is asked for.
COMMANDS = {
    "run": "run",
    "serve": "serve",
    "listen": "listen",
    "work": "work",
    "intake": "intake",
    "prepare": "prepare",
    "migrate": "migrate",
    "doctor": "doctor",
    "import": "import_posts",
    "replay": "replay",
    "channel": "channel",
    "levels": "levels",
    "promises": "promises",
    "watch": "watch",
    "rules": "rules",
    "canned": "canned",
    "match": "match",
    "token": "token",
    "jobs": "jobs",
    "stream": "stream",
    "spool": "spool",
    "search": "search",
    "keys": "keys",
}


app = Commands(
    name="cornbread",
    modules={name: f"{__name__}.{module}" for name, module in COMMANDS.items()},
    help="Cornbread hears what customers say, and helps to answer while it matters.",
    epilog="All state lies under CORNBREAD_HOME (default: ./var). Exit code 2 is a refusal.",
)


def main() -> int:
    """Run the command line; the exit code is 0, or 2 with a sentence on stderr for a refusal."""
    # What is written from here on (database, backups, reports) is its owner's affair alone.
    os.umask(0o077)
    app(prog_name="cornbread")
    return 0
