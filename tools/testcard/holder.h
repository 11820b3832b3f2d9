/* tools/testcard/holder.h - a citizen of the test world, and what the right certificates of such a person say. */
#pragma once

#include "testcard/world.h"

#define OTHER_ATTRIBUTES 8

struct holder {
	const char *person;          /* in the authorities' books, and in no certificate */
	bool phone;                  /* its keys are in a phone, not in a card */
	const char *name;            /* NULL: the attribute is left out, here and below */
	const char *born;            /* "319800217": born_read() */
	const char *sex;             /* "1" man, "2" woman, "3" unknown */
	const char *address;
	const char *name_substituted, *address_substituted; /* NULL: a 0 for each character */
	struct { const char *oid, *text; } others[OTHER_ATTRIBUTES];
	size_t other_count;
	struct municipality municipality;
	const char *policies[PURPOSES]; /* NULL: the card's */
	const char *ocsp_url;        /* NULL: none */
	struct instant from;         /* of validity; {0}: from the authority's present */
	struct instant until;        /* {0}: as the law says, holder_until() */
};

/* "1980-02-17", "1980-02" and "1980" (what is unknown becomes zeros), "unknown", or nine digits taken as they are.
 * ERR_SYNTAX. */
enum err born_read(struct arena *, const char *text, const char **digits, struct problem *why);

/* The end of the fifth birthday after that day, in Japan (施行規則 13); five years where it is not known. */
struct instant holder_until(const char *born, struct instant from);

/* "Tokyo-to/Shibuya-ku", or with its code behind another slash. ERR_SYNTAX. */
enum err municipality_read(struct arena *, const char *text, struct municipality *, struct problem *why);

/* The certificate of the authority's purpose. */
struct certificate_plan holder_plan(struct arena *, const struct authority *, const struct holder *,
    const EVP_PKEY *, struct span serial);

/* Its attributes as subjectAltName's contents; in the order of real cards. */
struct span holder_names(struct arena *, const struct holder *);
