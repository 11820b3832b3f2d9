/* net/courier.c - posting a question to a server outside. */
#include "net/courier.h"
