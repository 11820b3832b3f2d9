/* transaction/proofing_log.c - the operation log of verifications. */
#include "transaction/proofing_log.h"
