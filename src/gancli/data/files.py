"""Names of files as text."""


def readable(text: str) -> str:
    r"""Text that is UTF-8: bytes of a path that are not, which Python keeps as lone surrogates, as `\xff`."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # a surrogate that stands for no byte, out of YAML or JSON
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
