/* assurance/facts.c - what is known of one transaction: put, read from a request, written and restored. */
#include "assurance/facts.h"
