/* crypto/jws.c - a compact JWS over what we wrote ourselves. */
#include "crypto/jws.h"
