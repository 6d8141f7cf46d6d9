"""`python -m moggy` is `moggy`."""

from moggy.main import main

main()
