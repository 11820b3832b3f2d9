/* jpki/revocation.c - one question, several kinds of sources. */
#include "jpki/revocation.h"
