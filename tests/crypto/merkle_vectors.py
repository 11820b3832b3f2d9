#!/usr/bin/env python3
# tests/crypto/merkle_vectors.py - makes merkle_vectors.json: roots and proofs by the definitions of RFC 6962 s2.1, in a language
# and by a hand that share nothing with crypto/merkle.c. Run it with the file's name to write it, without to check it.
import hashlib
import json
import sys
from functools import lru_cache
from pathlib import Path

LARGEST = 300  # sizes whose proofs stand in the digests
SHOWN = (1, 2, 3, 5, 6, 7, 8, 13, 17)  # sizes whose proofs stand there whole


def leaf(i):
    """Leaf i is the text of its number."""
    return hashlib.sha256(b"\0" + b"%d" % i).digest()


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


@lru_cache(maxsize=None)
def root(start, end):
    n = end - start
    if n == 0:
        return hashlib.sha256(b"").digest()
    if n == 1:
        return leaf(start)
    k = split(n)
    return hashlib.sha256(b"\1" + root(start, start + k) + root(start + k, end)).digest()


def inclusion(m, start, end):
    n = end - start
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return inclusion(m, start, start + k) + [root(start + k, end)]
    return inclusion(m - k, start + k, end) + [root(start, start + k)]


def consistency(m, start, end, known=True):
    n = end - start
    if m == n:
        return [] if known else [root(start, end)]
    k = split(n)
    if m <= k:
        return consistency(m, start, start + k, known) + [root(start + k, end)]
    return consistency(m - k, start + k, end, False) + [root(start, start + k)]


def texts(proof):
    return [h.hex() for h in proof]


def digest_of(lines):
    h = hashlib.sha256()
    for line in lines:
        h.update(" ".join(map(str, line)).encode() + b"\n")
    return h.hexdigest()


def vectors():
    sizes = range(1, LARGEST + 1)
    return {
        "about": "Leaf i is the decimal text of i. A digest is SHA-256 over lines of words with one blank between them, each "
        "ended by a newline: size root; index size hash…; before after hash…; sizes ascending, then index or before.",
        "largest": LARGEST,
        "roots_sha256": digest_of((n, root(0, n).hex()) for n in range(LARGEST + 1)),
        "inclusion_sha256": digest_of((m, n, *texts(inclusion(m, 0, n))) for n in sizes for m in range(n)),
        "consistency_sha256": digest_of((m, n, *texts(consistency(m, 0, n))) for n in sizes for m in range(1, n + 1)),
        "trees": [
            {
                "size": n,
                "root": root(0, n).hex(),
                "inclusion": [texts(inclusion(m, 0, n)) for m in range(n)],
                "consistency": [texts(consistency(m, 0, n)) for m in range(1, n + 1)],
            }
            for n in SHOWN
        ],
    }


if __name__ == "__main__":
    text = json.dumps(vectors(), indent="\t", ensure_ascii=False) + "\n"
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if path:
        path.write_text(text)
    elif (Path(__file__).parent / "merkle_vectors.json").read_text() != text:
        sys.exit("merkle_vectors.json is not what this program makes")
