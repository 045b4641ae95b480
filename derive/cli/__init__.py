"""The command line: the only place where the three packages meet. Everything is imported when a command needs it.

Exit codes: 0 nothing wrong; 1 something refuted, biased or failed; 2 the command could not be carried out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

COMMANDS = {
    "list": "catalogue", "prove": "catalogue", "graph": "catalogue", "export": "exporting", "sheet": "sheets",
    "book": "sheets", "check": "texts", "bias": "estimators", "train": "learning", "figure": "figures",
    "verify": "certificates",
}  # fmt: skip
_FORMATS = {"check": ("text", "json", "sarif", "github")}


class _LeftOut:
    """The options of a command that was not asked for."""

    def add_argument(self, *names: str, **settings: Any) -> None:
        pass


_LEFT_OUT = _LeftOut()


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command, and return its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser(given[0] if given and given[0] in COMMANDS else None).parse_args(given)
    try:
        return int(_run(options.command)(options))
    except BrokenPipeError:
        return 2
    except KeyboardInterrupt:
        print("derive: interrupted", file=sys.stderr)
        return 2
    except (ValueError, OSError, _errors()) as fault:
        print(f"derive {options.command}: {fault}", file=sys.stderr)
        return 2


def _errors() -> type[Exception]:
    from derive.errors import DeriveError

    return DeriveError


def _run(command: str) -> Callable[[argparse.Namespace], int]:
    """What carries out a command."""
    run: Callable[[argparse.Namespace], int] = getattr(
        import_module(f"derive.cli.{COMMANDS[command]}"), f"run_{command}"
    )
    return run


def _parser(only: str | None = None) -> argparse.ArgumentParser:
    """The options of all commands, or of one alone, which takes less time."""
    parser = argparse.ArgumentParser(
        prog="derive", description="The exact judge of policy-gradient mathematics: texts, derivations, estimators."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, words: str) -> Any:
        if only not in (None, name):
            return _LEFT_OUT
        made = commands.add_parser(name, help=words, description=words)
        made.add_argument("--output-format", choices=_FORMATS.get(name, ("text", "json")), default="text")
        return made

    one = command("list", "show the catalogue: statements, hypotheses, what each leans on")
    one.add_argument("--tree", action="store_true", help="show what rests on what")
    one = command("prove", "replay proofs in the kernel, and check them on finite models")
    one.add_argument("names", nargs="*", metavar="NAME")
    one.add_argument("--all", action="store_true", help="the whole catalogue")
    one.add_argument("--axioms", action="store_true", help="say what each law states")
    one.add_argument(
        "--no-cache", action="store_true", help="replay all, also what has not changed since it was replayed"
    )
    one.add_argument("--certificate", metavar="FILE", help="write the proof of one NAME as a certificate")
    one = command("graph", "draw what rests on what in the catalogue")
    one.add_argument("--to", choices=("mermaid", "svg"), default="mermaid")
    one.add_argument("-o", "--output", metavar="FILE", help="write to a file instead of standard output")
    one = command("export", "write theorems for another proof assistant, which judges them by itself")
    one.add_argument("names", nargs="*", metavar="NAME")
    one.add_argument("--all", action="store_true", help="the whole catalogue; what has no counterpart is named")
    one.add_argument("--to", choices=("coq",), default="coq")
    one.add_argument("-o", "--output", metavar="DIR", help="write a file there instead of to standard output")
    one = command("sheet", "print derivations as sheets")
    one.add_argument("names", nargs="*", metavar="NAME")
    one.add_argument("--all", action="store_true", help="the whole catalogue")
    one.add_argument("--to", default="tex,html,md,json", metavar="LIST", help="of tex,pdf,html,md,ipynb,json")
    one.add_argument("-o", "--output", default="sheets", metavar="DIR")
    one.add_argument("--template", metavar="FILE", help="a course's own LaTeX preamble, for tex and pdf")
    one = command("book", "print the whole catalogue as one book")
    one.add_argument("--to", default="tex,pdf", metavar="LIST", help="of tex,pdf,html")
    one.add_argument("-o", "--output", default="book", metavar="DIR")
    one.add_argument("--template", metavar="FILE", help="a course's own LaTeX preamble, for tex and pdf")
    one = command("check", "give every displayed step of a text a verdict")
    if only in (None, "check"):
        from derive.cli.texts import add_check_options

        add_check_options(one)
    one = command("bias", "judge an estimator by its exact expectation")
    one.add_argument("estimator", metavar="FILE.py::FUNCTION")
    one.add_argument("--kind", metavar="KIND", help="numpy (default), advantage, torch, jax, value_target")
    one.add_argument("--batch", type=int, default=None, metavar="N", help="trajectories in a batch (1)")
    one.add_argument("--shared-start", action="store_true", default=None, help="all of a batch start in one state")
    one.add_argument("--objective", metavar="NAME", help="discounted J (default), undiscounted J, KL, ...")
    one.add_argument("--mdps", type=int, default=50, metavar="N", help="MDPs to judge on")
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS")
    one.add_argument("-o", "--output", metavar="FILE", help="draw E[f] against the exact gradient, and the variances")
    one.add_argument("--up-to-scale", action="store_true", help="SCALED counts as right")
    one = command("train", "run an algorithm on a world, with curves, a figure and checkpoints")
    one.add_argument("algorithm", metavar="ALGORITHM", help="reinforce, actor-critic, ppo, grpo, rloo, q-learning, "
                     "value-iteration, policy-iteration or bandit")  # fmt: skip
    one.add_argument("--world", required=True, metavar="NAME", help="walled-grid, …, or an environment of Gymnasium")
    one.add_argument("--seeds", type=int, metavar="N", help="runs, from seeds 0 … N-1 (default: 5)")
    one.add_argument("--updates", type=int, metavar="K", help="updates of each run")
    one.add_argument("-o", "--output", required=True, metavar="DIR", help="a new folder, or that of the run")
    one.add_argument("--resume", action="store_true", help="go on with the run in DIR, with the same bits")
    one.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the algorithm")
    one.add_argument("--discount", type=float, metavar="GAMMA", help="instead of the world's own")
    one.add_argument("--jobs", type=int, metavar="N", help="seeds at a time, -1 for as many as there are cores")
    one.add_argument("--backend", metavar="NAME", help="of joblib: loky, threading, dask, ray")
    one = command("figure", "draw bias and variance, the clip, the gradient field, regret, learning curves")
    one.add_argument("names", nargs="*", metavar="NAME")
    one.add_argument("--all", action="store_true", help="every figure there is")
    one.add_argument("-o", "--output", default="figures", metavar="DIR")
    one = command("verify", "re-check certificates, without reader or search")
    one.add_argument("files", nargs="+", metavar="FILE")
    return parser
