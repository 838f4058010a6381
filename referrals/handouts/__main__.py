"""Entry point of `python -m referrals.handouts`."""

import sys

from referrals.handouts.cli import main

# Worker processes import this module as well.
if __name__ == "__main__":
    sys.exit(main())
