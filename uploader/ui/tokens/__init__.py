"""The page Tokens.

page             make a token, copy it once, see and revoke those that there are
"""
