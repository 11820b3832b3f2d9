/* registry/portrait.c - what an entity's descriptor says, as a value. */
#include "registry/portrait.h"
