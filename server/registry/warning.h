/* registry/warning.h - what of a member runs out soon: certificates, certifications, the yearly confirmation.
 *
 * A warning is given once. What has been given is kept in the member's row as marks, each naming its subject and its
 * end: a certification with a new end, a new certificate, the next year's confirmation are others.
 */
#pragma once

#include "registry/standing.h"

struct warning_terms {
	int64_t confirm_every, warn_before;
	struct instant now;
};

#define WARNING_MARK 8
struct warning {
	uint8_t mark[WARNING_MARK];
	const char *event; /* "member.confirmation-due", "member.certificate-expires", "member.certification-expires" */
	struct span entity_id;  /* empty: about the member, and so all of its entities */
	const char *text;       /* one sentence */
};

/* Those that hold now, known or not. `*next`: when there will be another; {0}: not by time. All in the arena. */
void warnings_find(struct arena *, const struct member *, const struct member_record *, const struct warning_terms *,
    struct warning **out, size_t *count, struct instant *next);

bool warning_known(const struct warning *, struct span warned);

/* The marks to be kept. */
struct span warnings_mark(struct arena *, const struct warning *, size_t count);
