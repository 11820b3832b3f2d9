/* jpki/ocsp.c - one OCSP request and its response. */
#include "jpki/ocsp.h"
