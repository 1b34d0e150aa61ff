"""Run `grading` as `python -m grading`."""

import sys

from grading.cli.parser import main

sys.exit(main())
