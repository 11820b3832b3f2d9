/* registry/attribute_name.h - names of attributes that somebody defined, for entities' records to ask for. */
#pragma once

#include "base/span.h"

/* A URI is its owner's to define (SAML 2.0 Core s2.7.3.1; RFC 7519 s4.2). A bare name is known when a standard or this
 * server defines it; any other reaches nobody, a slip of the pen above all. */
bool attribute_name_known(struct span);
