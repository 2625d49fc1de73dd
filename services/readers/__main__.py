"""`python -m services.readers REQUEST`: see services.readers.child."""

import sys

from services.readers.child import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
