/* assurance/advice.c - the cheapest steps that reach what is required, by branch and bound. */
#include "assurance/advice.h"
