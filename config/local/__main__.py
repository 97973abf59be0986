"""The command line: see the Makefile. `run` calls `prepare` for each side."""

import sys

from config.local.check import check
from config.local.machine import NotReady
from config.local.run import manage, prepare, run

USAGE = "Usage: python -m config.local run | check | manage SIDE COMMAND …"

if __name__ == "__main__":
    try:
        match sys.argv[1:]:
            case ["run"]:
                run()
            case ["check"]:
                sys.exit(check())
            case ["prepare", ("authoring" | "publishing") as side]:
                prepare(side)
            case ["manage", ("authoring" | "publishing") as side, *arguments]:
                manage(side, arguments)
            case _:
                sys.exit(USAGE)
    except NotReady as error:
        sys.exit(str(error))
