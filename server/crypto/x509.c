/* crypto/x509.c - reading X.509 certificates, strictly. */
#include "crypto/x509.h"
