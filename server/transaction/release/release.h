/* transaction/release/release.h - what of a person may go to one relying party: pure.
 *
 *     asked for, the record's attributes, the persona's, what is known -> offer -> the person chooses -> released
 *
 * Offered is only what the relying party's record names with a purpose and this persona shows. In the place of a date
 * of birth or an address the person may give what follows from it, where the record names that, too.
 */
#pragma once

#include "person/account.h"
#include "person/attribute.h"
#include "registry/member.h"

/* Where OIDC tells it; SAML has one place. */
enum release_place { RELEASE_IN_ID_TOKEN = 1, RELEASE_AT_USERINFO = 2, RELEASE_IN_ASSERTION = 4 };

/* What is asked: a claim's name (OpenID Connect Core s5.1) or an attribute's (SAML), as in records. */
struct release_wish {
	struct span name;
	bool essential;
	unsigned places;
};

/* One that can be told; the list is closed. What follows from another says from which. */
struct release_kind {
	const char *name;            /* "birthdate" "age_over_20" "email" … */
	struct localized title;
	const char *of;              /* the attribute whose value it is or follows from; NULL:
	    the account's mail address */
	unsigned age;                /* whether so old; 0: none of these */
	bool region;                 /* the prefecture alone */
	const char *saml;            /* its name there; NULL: it has none */
};
#define RELEASE_KINDS 24
/* NULL: there is none of that name, in either protocol. */
const struct release_kind *release_kind_find(struct span name);
/* In the order people read them; NULL behind the last. */
const struct release_kind *release_kind_at(size_t index);
/* Whether it follows from another: less than that one tells. */
bool release_kind_is_derived(const struct release_kind *);

struct release_item {
	const struct release_kind *kind;
	struct localized purpose;    /* of the relying party's record */
	bool required;               /* the service does not work without it: no choice but to give it or to go */
	bool asked;                  /* false: it is offered in another's place,
	    and not chosen unless the person does */
	const struct release_kind *instead_of; /* that other; NULL: none */
	struct span value;           /* as people read it: UTF-8; of whether-questions "true", "false" */
	enum attribute_source source; /* nobody's: a mail address, which we confirmed */
	struct instant at;           /* since when it is known */
	unsigned places;             /* enum release_place */
};

enum release_withheld_why {
	RELEASE_NOT_REGISTERED,      /* its record does not name it */
	RELEASE_NOT_OF_PERSONA,      /* this persona does not show it */
	RELEASE_NOT_KNOWN,           /* nobody has told us */
	RELEASE_NO_SUCH,             /* there is none of that name here */
};
struct release_offer {
	struct release_item items[RELEASE_KINDS]; /* in the order of kinds; each once */
	size_t count;
	struct release_withheld {
		struct span name;
		enum release_withheld_why why;
		bool required;       /* of what the relying party's record says so:
		    it cannot be served as this persona */
	} withheld[RELEASE_KINDS];
	size_t withheld_count;       /* more of them are not listed */
};

struct release_asking {
	const struct release_wish *wishes;
	size_t wish_count;
	const struct member_attribute *registered; /* of the relying party's entity */
	size_t registered_count;
	const struct account *account;
	const struct attributes *attributes;
	enum persona persona;
	struct instant now;          /* ages are those of this day in Japan */
};
void release_offer(const struct release_asking *, struct release_offer *out);

/* The items of an offer that are named, and all that are required; of one and what is offered in its place the named
 * one alone. How many; at most RELEASE_KINDS. ERR_INVALID: a name that was not offered. */
enum err release_choose(const struct release_offer *, const struct span *names, size_t count,
    const struct release_item *out[RELEASE_KINDS], size_t *out_count, struct problem *why);

/* As OIDC tells it, one member each: "name":"…", "age_over_20":true, "address":{"formatted":…}, "email_verified":true.
 * Of an item without the place nothing is written. */
void release_write_claims(struct buffer *, const struct release_item *const *, size_t count, unsigned place);

/* What a scope stands for (OpenID Connect Core s5.4): wishes for userinfo. How many were added; `room` holds them. */
size_t release_scope(struct span scope, struct release_wish *out, size_t room);
