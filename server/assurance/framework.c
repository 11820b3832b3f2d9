/* assurance/framework.c - a framework's parts found by name, and the words for what they are. */
#include "assurance/framework.h"
