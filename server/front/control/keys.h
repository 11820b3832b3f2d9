/* front/control/keys.h - the federation's keys over the control socket: listing them, and one step of a key's life. */
#pragma once

#include "base/buffer.h"
#include "http/route.h"
#include "store/store.h"

route_handler keys_list, key_change;

/* What key_lives_ask() found, as a JSON array. */
void keys_write(struct buffer *, const struct ask *);
