/* registry/renewal.c - what time changes by itself in the registry. */
#include "registry/membership.h"
