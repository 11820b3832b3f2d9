/* daemon/first_key.h - founding: the only metadata key of a federation that has none in force is taken into use.
 *
 * `watashictl init` makes the key's file before there is a store; from the second key on operators decide.
 */
#pragma once

#include "signer/rollover.h"
#include "store/unit.h"

/* Adds to `unit` what makes the one descriptor of a metadata key in `directory` active. ERR_NOT_FOUND when there is
 * none, ERR_CONFLICT when there are several. */
enum err first_key_adopt(struct unit *, const char *directory, struct arena *, struct instant now, struct problem *why);
