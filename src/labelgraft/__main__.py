"""`python -m labelgraft` is the command `labelgraft`."""

from labelgraft.cli.main import main

if __name__ == "__main__":
    main()
