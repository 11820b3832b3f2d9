/* assurance/impact.c - decisions that were taken, under another version. */
#include "assurance/impact.h"
