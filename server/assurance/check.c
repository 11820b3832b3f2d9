/* assurance/check.c - what is wrong with a framework before anybody asks it. */
#include "assurance/check.h"
