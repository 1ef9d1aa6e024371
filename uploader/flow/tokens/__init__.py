"""Personal access tokens: how other programs upload, list and delete images in somebody's name.

access_token   what is kept of a token, and in whose name it acts
token_store    the tokens of a bucket: made, found by their text, listed, revoked
ready_files    what people paste into their tools, a row each
"""

from uploader.flow.tokens.access_token import SCOPES, AccessToken, Scope
from uploader.flow.tokens.token_store import TokenStore

__all__ = ["SCOPES", "AccessToken", "Scope", "TokenStore"]
