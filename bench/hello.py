"""The limit of the page server: one page's bytes, whatever is asked for."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

FILE = "hello.json"


def hello(folder: Path) -> Callable[..., list[bytes]]:
    answer = json.loads((folder / FILE).read_text())
    headers = [(name, value) for name, value in answer["headers"]]
    body = [bytes.fromhex(answer["body"])]

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", headers)
        return body

    return application


if folder := os.environ.get("IMPRINT_DATA"):
    application = hello(Path(folder))
