/* crypto/jwt.c - compact JWS of others, checked by a key we know. */
#include "crypto/jwt.h"
