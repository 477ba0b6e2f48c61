"""`accelerate launch -m vista_trainers CONFIG [a.b=c ...]`: trains as a recipe says."""

import sys

from vista_core import VistaError

from vista_trainers.recipe import load_recipe


def main(arguments: list[str] | None = None) -> int:
    """Runs one training; returns the exit status. A mistake of the user's is one sentence, not a traceback.

    Args:
        arguments: path or shipped name of a recipe, then overrides `a.b=c`; those of the command line by default.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given[0] in ("-h", "--help"):
        print("usage: accelerate launch -m vista_trainers CONFIG [a.b=c ...]", file=sys.stderr)
        return 2
    try:
        recipe = load_recipe(given[0], given[1:])
        # After the recipe is read: what trains takes seconds to import, a typing error should not.
        from vista_trainers.training import train

        final = train(recipe)
    except VistaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"The policy is in {final}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
