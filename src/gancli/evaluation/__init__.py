"""Quality and diversity in numbers: arrays in, numbers out. Nothing here knows of files, specs or games."""
