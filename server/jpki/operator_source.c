/* jpki/operator_source.c - asking a platform operator's API. */
#include "jpki/operator_source.h"
