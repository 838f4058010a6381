"""Entry point of `python -m referrals.publishing` and of the command `referrals-publishing`."""

import sys


def main() -> int:
    """Run one command and return its exit code. If stopped while loading, print one line."""
    try:
        # Loading takes most of a second, in which Ctrl-C would otherwise print a traceback.
        from referrals.publishing import cli  # noqa: PLC0415
    except KeyboardInterrupt:
        print("Stopped. Nothing was begun.", file=sys.stderr)
        return 1
    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
