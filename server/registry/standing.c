/* registry/standing.c - a member's standing: its row and its life cycle. */
#include "registry/standing.h"
