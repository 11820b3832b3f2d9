/* transaction/proofing_cost.c - what verifications cost. */
#include "transaction/proofing_cost.h"
