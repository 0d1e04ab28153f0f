"""A provider's own program keeps its offers as services of HSDS, with a key of one who may."""
