/* jpki/ocsp_source.c - asking an OCSP responder. */
#include "jpki/ocsp_source.h"
