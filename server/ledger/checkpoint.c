/* ledger/checkpoint.c - origin, size and root as a note's text. */
#include "ledger/checkpoint.h"
