/* ledger/tile.c - tiles: their names, and roots and proofs read off them. */
#include "ledger/tile.h"
