/* assurance/decision.c - the engine's answer to a question. */
#include "assurance/decision.h"
