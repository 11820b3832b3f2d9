/* ledger/state.c - where the log stands, as a row. */
