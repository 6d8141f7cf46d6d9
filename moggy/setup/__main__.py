"""`python3 -m moggy.setup GOAL`, which `make sim`, `make run`, `make test` and `make dev` run."""

import sys

from moggy.setup.steps import main

sys.exit(main(sys.argv[1:]))
