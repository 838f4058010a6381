"""Entry point of `python -m referrals.publishing`."""

import sys

from referrals.publishing.cli import main

sys.exit(main())
