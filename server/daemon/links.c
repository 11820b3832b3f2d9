/* daemon/links.c - which processes talk to each other. */
#include "daemon/links.h"

#include <stddef.h>

#include "base/span.h"

static const struct {
	enum role asking, serving;
} links[] = {
	{ ROLE_WORKER, ROLE_RECORDER },
	{ ROLE_STEWARD, ROLE_RECORDER },
	{ ROLE_STEWARD, ROLE_SIGNER },
	{ ROLE_WORKER, ROLE_STEWARD }, /* questions to servers outside (net/courier.h) */
	{ ROLE_WORKER, ROLE_SIGNER },  /* tokens for relying parties, and nothing else (signer/signer.c) */
};

bool
roles_linked(enum role asking, enum role serving)
{
	for (size_t i = 0; i < COUNT(links); i++)
		if (links[i].asking == asking && links[i].serving == serving)
			return true;
	return false;
}
