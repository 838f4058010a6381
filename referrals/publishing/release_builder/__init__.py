"""Writing a release folder: database, manifest, certificate, shipped files."""
