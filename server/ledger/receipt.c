/* ledger/receipt.c - the proof that an entry is in the log, as text. */
#include "ledger/receipt.h"
