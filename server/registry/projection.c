/* registry/projection.c - one entity of a member record as the registry keeps and publishes entities. */
#include "registry/projection.h"
