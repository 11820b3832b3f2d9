/* crypto/note.c - signed notes: reading, checking, and the lines of signatures. */
#include "crypto/note.h"
