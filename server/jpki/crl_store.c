/* jpki/crl_store.c - the lists at hand in one directory. */
#include "jpki/crl_store.h"
