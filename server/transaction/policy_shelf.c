/* transaction/policy_shelf.c - the policies of this process, read from the store and compiled. */
#include "transaction/policy_shelf.h"
