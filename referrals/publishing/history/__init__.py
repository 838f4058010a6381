"""The publisher's private history of releases, which keeps revisions safe."""
