"""The figures that the docs quote, each printed by a command: `python -m bench`, or one of them:
`python -m bench tick`."""
