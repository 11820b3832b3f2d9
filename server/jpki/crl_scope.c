/* jpki/crl_scope.c - which lists tell about a certificate. */
#include "jpki/crl_scope.h"
