"""What Python 3 took away from Python 2, for a client that was written in 2012 and is run as it is.

``three`` 0.8.0 says itself that it is for Python 2.6 and 2.7. It imports ``itertools.ifilter`` and takes the first
of ``dict.keys()``; its XML reader ``relaxml`` asks elements for ``getchildren()``. None of their files is touched:
before they are imported, the interpreter is given those three things back.
"""

import itertools
import sys
import types
import xml.etree
from xml.etree import ElementTree


class _Element(ElementTree.Element):
    def getchildren(self):
        return list(self)


class _Dict(dict):
    def keys(self):
        return list(super().keys())


def _fromstring(text):
    builder = ElementTree.TreeBuilder(element_factory=_Element)
    return ElementTree.XML(text, parser=ElementTree.XMLParser(target=builder))


def restore():
    """Give this interpreter what it once had."""
    itertools.ifilter = filter
    old = types.ModuleType("xml.etree.cElementTree")
    old.fromstring = _fromstring
    sys.modules[old.__name__] = xml.etree.cElementTree = old
    import relaxml

    read = relaxml.xml
    relaxml.xml = lambda data: _Dict(read(data))
