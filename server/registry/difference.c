/* registry/difference.c - what two member records differ in. */
#include "registry/difference.h"
