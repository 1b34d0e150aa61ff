"""`python -m dnnkit`, the same as the command `dnnkit`."""

import sys

from dnnkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
