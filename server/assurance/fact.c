/* assurance/fact.c - the dictionary of facts read from facts.json. */
#include "assurance/fact.h"
