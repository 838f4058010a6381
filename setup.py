"""The files that an installed package needs besides its modules. The rest is in pyproject.toml.

`data` and `sql` lie beside the package in the repository. A wheel has copies of them in the folder
`referrals/bundle`, where `referrals.paths` looks for them. The releases are left out.
"""

from setuptools import find_namespace_packages, setup

BUNDLE = {"referrals.bundle.data": "data", "referrals.bundle.sql": "sql"}
DATA = ["published/**", "reference/**", "content/**", "locale/**", "vocabulary/**"]

setup(
    packages=[*find_namespace_packages(include=["referrals", "referrals.*"]), *BUNDLE],
    package_dir=BUNDLE,
    package_data={
        "referrals": ["**/*"],
        "referrals.bundle.data": DATA,
        "referrals.bundle.sql": ["**/*.sql"],
    },
)
