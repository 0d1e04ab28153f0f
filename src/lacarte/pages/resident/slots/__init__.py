"""Residents choose a time for what they need, hold it while they answer, move it, or wait for one."""
