/* jpki/anchor.c - the certificates of the JPKI authorities we believe. */
#include "jpki/anchor.h"
