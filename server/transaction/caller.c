/* transaction/caller.c - machine callers found by token or key. */
#include "transaction/caller.h"
