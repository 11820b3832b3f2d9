/* jpki/certificate.c - judging a certificate by its profile. */
#include "jpki/certificate.h"
