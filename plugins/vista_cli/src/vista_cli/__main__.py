"""Entry point of the `vista` console script and of `python -m vista_cli`."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code.

    Args:
        arguments: words after `vista`; those of the process when None.

    Raises:
        SystemExit: always. 0: done; 1: it failed, one sentence on stderr says why; 2: wrong usage; 130: interrupted.
    """
    from .app import command

    command().main(args=list(sys.argv[1:] if arguments is None else arguments), prog_name="vista")


if __name__ == "__main__":
    main()
