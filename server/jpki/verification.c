/* jpki/verification.c - what a person signed, and whether it counts. */
#include "jpki/verification.h"
