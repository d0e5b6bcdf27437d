"""``python -m calibrate`` is the same as ``calibrate``."""

from calibrate.cli import main

if __name__ == "__main__":
    main()
