"""A streaming replica of a cluster, on the same machine."""

import shutil
from pathlib import Path

from config.local.machine import LOOPBACK, NotReady, give
from config.local.postgres import SUPERUSER, Postgres, password_file


class Standby(Postgres):
    """A hot standby of `primary`, which must run when it is made. Its folder must not outlive its use by much:
    a copy that the primary has left too far behind cannot catch up."""

    def __init__(self, folder: Path, primary: Postgres, port: int | None = None) -> None:
        super().__init__(folder, port, primary.binaries, durable=primary.durable)
        self.primary = primary
        self.passwords = primary.passwords
        self.pass_file = self.folder.with_name(f"{self.folder.name}.pass")

    def _make(self, folder: Path) -> None:
        options = [f"--pgdata={folder}", "--checkpoint=fast", f"--dbname={self._connection}"]
        if not self.durable:
            options.append("--no-sync")
        self._write_password()
        done = self._call("pg_basebackup", *options)
        if done.returncode:
            raise NotReady(f"pg_basebackup could not make {self.folder}: {done.stderr.strip()}")
        (folder / "standby.signal").touch()
        give(folder / "standby.signal", self.user)

    @property
    def _connection(self) -> str:
        """No password: a command line is public. A password file stands beside the folder."""
        return f"host={LOOPBACK} port={self.primary.port} user={SUPERUSER} passfile={self.pass_file}"

    def _write_password(self) -> None:
        password = self.passwords[SUPERUSER].replace("\\", "\\\\").replace(":", "\\:")
        with password_file(f"*:*:*:*:{password}", self.user) as file:
            shutil.copy2(file, self.pass_file)
            give(self.pass_file, self.user)

    def _settings(self) -> dict[str, str]:
        return super()._settings() | {"primary_conninfo": self._connection, "hot_standby": "on"}
