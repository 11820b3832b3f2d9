/* registry/member.c - the member record, read from and written as JSON. */
#include "registry/member.h"
