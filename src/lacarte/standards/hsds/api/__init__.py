"""The read interface of HSDS 3.0 and 3.1 over HTTP."""
