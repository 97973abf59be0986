"""Render everything anew, after a change of templates or code, while pages are served."""

import os
import sys
from concurrent.futures import Future, ProcessPoolExecutor, wait
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any

import django
from django.core.management.base import BaseCommand
from django.db import connections
from tqdm import tqdm

from publishing import rerendering

FEW = 200
"""So much is sooner done than processes are started."""


class Command(BaseCommand):
    help = (
        "Render every page anew from the messages stored here. It may be interrupted: the next run goes on."
        " With --if-changed only if templates or code did, or a run was interrupted."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--if-changed", action="store_true", help="only if the rendering changed")
        parser.add_argument(
            "--processes", type=int, default=os.cpu_count() or 1, help="how many render at a time"
        )

    def handle(self, *args: Any, if_changed: bool, processes: int, **options: Any) -> None:
        if if_changed and not rerendering.is_due():
            return
        rerendering.begin()
        total = rerendering.remaining()
        with tqdm(total=total, unit="page", file=sys.stderr, disable=None) as bar:
            if processes < 2 or total < FEW:
                rerendering.drain()
            else:
                _share(processes, bar)
            bar.update(max(total - bar.n, 0))
        self.stdout.write("Every page is as templates and code are now.")


def _share(processes: int, bar: Any) -> None:
    """Render in so many processes, each with connections of its own."""
    connections.close_all()
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=django.setup) as pool:
        waiting: set[Future[None]] = {pool.submit(_drain) for _ in range(processes)}
        while waiting:
            done, waiting = wait(waiting, timeout=0.5)
            for one in done:
                one.result()
            bar.update(max(bar.total - rerendering.remaining() - bar.n, 0))


def _drain() -> None:
    """In a process that ends with the command: it would else wait for work for ever, and keep its connections."""
    Thread(target=_end_with_the_command, daemon=True).start()
    rerendering.drain()


def _end_with_the_command() -> None:
    if command := parent_process():
        command.join()
        os._exit(1)
