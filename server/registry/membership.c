/* registry/membership.c - changing members: one, or many at once. */
#include "registry/membership.h"
