"""Maintenance by an operator.

reindex   rebuilds the index of duplicates and people
"""
