/* jpki/crl_list.c - walking a revocation list. */
#include "jpki/crl_list.h"
