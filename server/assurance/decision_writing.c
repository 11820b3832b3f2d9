/* assurance/decision_writing.c - a decision as JSON, for the asker and for the ledger. */
