"""The private history of what was published, so that revisions stay safe."""
