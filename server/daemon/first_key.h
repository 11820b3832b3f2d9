/* daemon/first_key.h - founding: the only key of each use of a federation that has none in force is taken into use.
 *
 * `watashictl init` makes the keys' files before there is a store; from the second key of a use on operators decide.
 */
#pragma once

#include "signer/rollover.h"
#include "store/unit.h"

/* Adds to `unit` what makes the one descriptor of each use in `directory` active. ERR_NOT_FOUND when there is none for
 * metadata, ERR_CONFLICT when there are several. Of other uses there may be none; several are left to operators. */
enum err first_key_adopt(struct unit *, const char *directory, struct arena *, struct instant now, struct problem *why);
