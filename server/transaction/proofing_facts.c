/* transaction/proofing_facts.c - a verification as facts of the policy engine. */
#include "transaction/proofing_facts.h"
