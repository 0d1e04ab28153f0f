"""SMS and chat gateways: signed webhooks in, signed posts out (Standard Webhooks 1.0)."""
