/* registry/twins.h - entities of one document that go by one name. */
#pragma once

#include "registry/metadata.h"

/* Which of two entities of one name is meant nobody can tell: neither is taken. Two names with one SHA-1 are an attack.
 * Refusals are by line then. */
void twins_refuse(struct arena *, struct metadata *);
