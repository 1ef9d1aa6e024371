"""The upload page: page.py."""
