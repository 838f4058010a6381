"""Run the publishing half from the command line."""

import sys

from referrals.publishing.cli import main

sys.exit(main())
