/* crypto/cms.c - CMS SignedData of others. */
#include "crypto/cms.h"
