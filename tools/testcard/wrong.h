/* tools/testcard/wrong.h - certificates that must be refused, each for one reason, and some that look odd and must not
 * be. */
#pragma once

#include "testcard/holder.h"

/* What a kind is spoilt from: the right certificate of its purpose. */
struct spoiling {
	struct arena *arena;
	const struct authority *issuer; /* the newest of its purpose */
	const struct authority *elder;  /* of the same purpose, another generation */
	const struct authority *other;  /* of the other purpose */
	struct holder holder;
	struct certificate_plan plan;
	EVP_PKEY *key;           /* the holder's: the same for all kinds */
	EVP_PKEY *signer;        /* the issuer's, until a kind says otherwise */
	EVP_PKEY *made;          /* a key made for it, freed afterwards */
	struct span certificate; /* once signed */
};

struct wrong_kind {
	const char *name;
	enum purpose purpose;
	const char *what;        /* what is wrong: one sentence */
	/* The verifier's step that notices (jpki/verification.h); NULL: none may, it is only odd. */
	const char *step;
	void (*spoil)(struct spoiling *);  /* before it is signed */
	void (*damage)(struct spoiling *); /* after */
};
/* One after another; NULL behind the last. */
const struct wrong_kind *wrong_kind_at(size_t n);
/* Each a table that ends with a zero row. */
extern const struct wrong_kind wrong_issued[], wrong_form[], wrong_holder[];

/* The certificate of that kind. */
struct span wrong_make(struct spoiling *, const struct wrong_kind *);
