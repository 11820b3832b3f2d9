/* jpki/profile.c - what each kind of JPKI certificate must look like. */
#include "jpki/profile.h"
