/* transaction/evaluation.c - one decision, recorded before it is answered. */
#include "transaction/evaluation.h"
