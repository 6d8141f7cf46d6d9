"""`python -m moggy.models [NAME…]` fetches these models, by default those that set-up needs."""

import sys

from moggy.models import FIRST, LATER, fetch

fetch(sys.argv[1:] or (*FIRST, *LATER))
