/* jpki/crl_source.c - answers from the lists at hand. */
#include <stdlib.h>

#include "jpki/crl_shelf.h"

#define CANDIDATES 64   /* lists that are looked at for one certificate */

struct crl_source {
	struct revocation_source source; /* first: it is the whole */
	struct crl_store *store;
	struct crl_policy policy;
};

static void
answer_now(struct revocation_source *source, const struct revocation_question *question, struct revocation_answer *out)
{
	const struct crl_source *own = (const struct crl_source *)source;
	const struct jpki_certificate *certificate = question->certificate;
	struct crl_held held[CANDIDATES];
	struct problem why;
	size_t count;

	/* When that fails, what was at hand ends by itself. */
	crl_store_refresh(own->store, &why);
	count = crl_shelf_find(own->store, &certificate->x509, held, COUNT(held));
	crl_status(held, count, &(struct crl_question){
		.certificate = &certificate->x509, .anchor = certificate->issuer ? certificate->issuer->sha256 : NULL,
		.now = question->now,
	}, &own->policy, out);
	out->source = source->name;
	if (out->status == REVOCATION_UNAVAILABLE)
		crl_place_text(&certificate->x509, out->point, sizeof(out->point));
}

static void
source_free(struct revocation_source *source)
{
	free(source);
}

struct revocation_source *
crl_source_new(struct crl_store *store, const char *name, const struct crl_policy *policy)
{
	struct crl_source *own = calloc(1, sizeof(*own));

	if (!own)
		abort();
	*own = (struct crl_source){
		.source = { .name = name, .kind = REVOCATION_BY_CRL, .answer = answer_now, .free = source_free },
		.store = store,
		.policy = *policy,
	};
	return &own->source;
}
