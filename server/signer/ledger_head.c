/* signer/ledger_head.c - the signer's own record of the last checkpoint it signed. */
#include "signer/ledger_head.h"
