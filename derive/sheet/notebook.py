"""A sheet as a Jupyter notebook: its Markdown, one cell a section."""

from __future__ import annotations

import json

from derive.sheet.content import Sheet
from derive.sheet.markdown import sections


def notebook(sheet: Sheet) -> str:
    """The notebook file, format 4.5."""
    cells = [
        {
            "cell_type": "markdown",
            "id": f"section-{i}",
            "metadata": {},
            "source": "\n\n".join(section).splitlines(keepends=True),
        }
        for i, section in enumerate(sections(sheet))
    ]
    whole = {"cells": cells, "metadata": {"title": sheet.title}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
