/* registry/source.c - whole federations taken in from elsewhere. */
#include "registry/source.h"
