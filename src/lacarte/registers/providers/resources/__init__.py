"""Shared staff, equipment, premises and funds: lent by holds, and their books checked."""
