"""The setup page: page.py."""
