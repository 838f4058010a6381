"""The attack panel: a local page for the publisher, with utility beside an attacker's ranges."""
