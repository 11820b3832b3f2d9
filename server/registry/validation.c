/* registry/validation.c - whether an entity may be published. */
#include "registry/validation.h"
