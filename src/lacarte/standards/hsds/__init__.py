"""Human Services Data Specification 3.0 and 3.1 (docs.openreferral.org): directories out and in, without loss."""
