"""`python -m moggy` is `moggy`."""

from moggy import ctrl_c


def main() -> None:
    """Run the command."""
    ctrl_c.ends_at_once()  # before the imports, which take long
    from moggy.main import main as command_line

    command_line()


if __name__ == "__main__":
    main()
