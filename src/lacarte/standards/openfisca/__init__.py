"""Law as code: any country package of OpenFisca answers whether a requirement of the law holds, and says why.

An extra, ``pip install 'lacarte[openfisca]'``, and a country package that the installer chooses. Nothing here
holds a rule of any country: variables, formulas, parameters and references are the package's own.
"""
