/* jpki/crl_index.c - a revocation list as a file made for looking up. */
#include "jpki/crl_index.h"
