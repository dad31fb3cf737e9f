"""``python -m w2vpraat``."""

from w2vpraat.cli.main import run_program

if __name__ == "__main__":
    run_program()
