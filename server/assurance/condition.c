/* assurance/condition.c - conditions evaluated: truth, reasons, support. */
#include "assurance/condition.h"
