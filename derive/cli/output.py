"""What every command prints and writes."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any


def say(options: argparse.Namespace, data: Any, text: str) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2) if options.output_format == "json" else text)


def write_json(path: str, data: Any) -> None:
    write_text(path, json.dumps(data, ensure_ascii=False) + "\n")


def write_text(path: str, words: str) -> None:
    from pathlib import Path

    from derive.sheet.write import replaced

    replaced(Path(path), words)


def show_progress(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)
