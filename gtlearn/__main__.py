"""`python -m gtlearn`."""

from gtlearn.cli import main

main()
