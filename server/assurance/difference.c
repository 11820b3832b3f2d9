/* assurance/difference.c - two versions of a framework, criterion by criterion and level by level. */
#include "assurance/difference.h"
