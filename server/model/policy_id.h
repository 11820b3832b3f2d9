/* model/policy_id.h - what things in policies are called, wherever a name is read, kept, signed or asked for.
 *
 * schemas/policy-common.schema.json says the same.
 */
#pragma once

#include "base/span.h"

/* Bytes, which are characters too. */
#define POLICY_ID_LARGEST 80    /* of a framework, version, profile, area, criterion, fact, step, source, parameter */
#define POLICY_LEVEL_LARGEST 80 /* of a level, of a word that a fact may have */

/* "token-2.1": a-z and 0-9, and . _ - behind the first. */
bool policy_id_valid(struct span);
/* The same with +: "1+". */
bool policy_level_valid(struct span);
