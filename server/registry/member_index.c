/* registry/member_index.c - the list of members that people search, as JSON. */
#include "registry/member_index.h"
