/* registry/finding.c - findings as records and as JSON. */
#include "registry/finding.h"
