/* registry/card.c - everything about one member that may be seen, as JSON. */
#include "registry/card.h"
