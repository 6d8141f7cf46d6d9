"""`python3 -m moggy.setup sim` is what `make sim` runs."""

import sys

from moggy.setup.steps import main

sys.exit(main(sys.argv[1:]))
