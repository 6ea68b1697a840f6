"""`python -m api.trusted` writes api/trusted/manifest.json anew, and says by which hash each document is asked for."""

import sys

from api.trusted import MANIFEST, hashes, written

if __name__ == "__main__":
    MANIFEST.write_bytes(written())
    sys.stdout.write("".join(f"{key}  {name}\n" for name, key in hashes().items()))
