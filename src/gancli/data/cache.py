"""Where this user's downloads and parsed data are."""

from pathlib import Path

from platformdirs import user_cache_dir


def cache_folder() -> Path | None:
    """None for one who has no home, nor $XDG_CACHE_HOME."""
    try:
        folder = Path(user_cache_dir("gancli"))
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None  # else a folder named `~`, where one stands
