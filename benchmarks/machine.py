"""The machine that a table was measured on, in one line."""

from __future__ import annotations

import os
import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("sympy", "numpy", "python-flint", "gymnasium", "torch", "stable-baselines3", "jax")


def machine() -> str:
    """Date, processor, cores, load, and the versions that matter."""
    cores = os.cpu_count()
    parts = [date.today().isoformat(), f"{_processor()}, {cores} cores, load {_load()}", f"{platform.system()}"]
    parts.append(f"Python {platform.python_version()}")
    parts += [f"{package} {found}" for package in PACKAGES if (found := _version(package))]
    return "; ".join(parts)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            lines = [line for line in file if line.startswith("model name")]
        return lines[0].partition(":")[2].strip()
    except (OSError, IndexError):
        return platform.processor() or platform.machine()
