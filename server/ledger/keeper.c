/* ledger/keeper.c - tiles and checkpoints made of the entries that have come. */
