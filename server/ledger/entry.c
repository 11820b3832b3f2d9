/* ledger/entry.c - entries, their commitments and their rows. */
#include "ledger/entry.h"
