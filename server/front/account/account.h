/* front/account/account.h - a person's own account: data, addresses, consents, history (/v1/account).
 *
 * Whoever asks is known by the session's cookie (transaction/session/account_access.h) and sees that account alone: no
 * id but those of things within it is ever taken from a request.
 */
#pragma once

#include "http/route.h"
#include "transaction/session/person_settings.h"

extern const struct route account_routes[];

struct account_front;
/* The settings are borrowed. */
struct account_front *account_front_new(struct store *, const struct person_settings *);
void account_front_free(struct account_front *);
