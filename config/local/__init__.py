"""Postgres and Valkey for `make run`, `make test` and `make bench-…`: never for production."""

# Variables:
#   IMPRINT_DATA=.data            where everything lies; remove the folder to begin anew
#   IMPRINT_PORT_SITE=8000        the public site
#   IMPRINT_PORT_AUTHORING=8001   the admin and the writers' API
#   REPLICAS=0                    streaming replicas of the read database, from which readers are answered
#   IMPRINT_POSTGRES=auto         embedded, system, or auto: embedded where the wheel is installed, so that
#                                 every machine runs the same version, else a complete system Postgres

from config.local.binaries import Binaries, embedded, find, system
from config.local.broker import Broker
from config.local.machine import NotReady, free_port, scratch_folder
from config.local.postgres import Postgres, start_together
from config.local.roles import create_database
from config.local.standby import Standby

__all__ = [
    "Binaries",
    "Broker",
    "NotReady",
    "Postgres",
    "Standby",
    "create_database",
    "embedded",
    "find",
    "free_port",
    "scratch_folder",
    "start_together",
    "system",
]
