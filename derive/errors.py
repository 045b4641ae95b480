"""What can go wrong, one class each. A message names what was wrong, shows the value, and says what to do."""

import difflib
from collections.abc import Iterable


class DeriveError(Exception):
    """Anything that this package refuses. `parts` fill the braces of the message, and only when it is read."""

    def __init__(self, message: str, *parts: object) -> None:
        super().__init__(message, *parts)
        self.message, self.parts = message, parts

    def __str__(self) -> str:
        return self.message.format(*self.parts) if self.parts else self.message


class IllFormed(DeriveError):
    """A term that means nothing: a wrong sort, a wrong number of arguments, a bound name used as a value."""


class Refused(DeriveError):
    """A rule whose side condition does not hold, or that does not apply to the term it was given."""


class Endless(DeriveError):
    """A search that did not end within its bound."""


class WrongLine(DeriveError):
    """A line of a chain that its reason does not give."""


class WrongClaim(DeriveError):
    """A chain that does not end where the claim says, or assumptions that are missing or not used."""


class Tampered(DeriveError):
    """A theorem or certificate that its own proof does not rebuild."""


class Unevaluable(DeriveError):
    """A term that has no exact value on a finite model (an index outside the trajectory, an unbound letter)."""


class Unreadable(DeriveError):
    """A text, a file or a formula that cannot be read; carries where reading stopped."""


class UnknownName(DeriveError):
    """A name that is not in the list it was looked up in."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> UnknownName:
    """The error for a name that was not found, with the nearest ones that exist."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(names) or 'none'}"
    return UnknownName(f"no {kind} named {name!r}; {hint}")
