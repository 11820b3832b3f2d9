/* registry/headline.h - what lists and pictures need of a stored record, read without the rest of it.
 *
 * The record is our own canonical JSON; reading every one whole, with the SAML descriptors in it, would take seconds.
 */
#pragma once

#include "registry/member.h"

#define HEADLINE_ARENA (33 * MEMBER_RECORD_LARGEST) /* headline_read() takes no more */

struct headline {
	struct localized name;
	struct span kind, logo_url;
	size_t entities;
};

/* Of a record that is not one, what was read before it ceased to be one. */
struct headline headline_read(struct arena *, struct span record);
