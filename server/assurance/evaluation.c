/* assurance/evaluation.c - facts under a framework: every criterion, every area. */
#include "assurance/evaluation.h"
