/* jpki/attributes.c - the holder's attributes in a signature certificate. */
#include "jpki/attributes.h"
