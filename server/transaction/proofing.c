/* transaction/proofing.c - a person proved by the card. */
#include "transaction/proofing.h"
