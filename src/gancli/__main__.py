"""`python -m gancli`."""

from gancli.cli import main

main(prog_name="gancli")
