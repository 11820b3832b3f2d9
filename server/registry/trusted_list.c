/* registry/trusted_list.c - the trusted list in the data model of ETSI TS 119 602. */
#include "registry/trusted_list.h"
