"""A theorem as a file for another proof assistant, which judges it by itself."""
