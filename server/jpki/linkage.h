/* jpki/linkage.h - whether a certificate is of the same person as an earlier one, as far as the law lets that be asked
 * (jpki.md 1.10).
 *
 *     certificate at hand, kind of the earlier one -> relation -> an operator -> serials that correspond -> compared
 *
 * The Act links valid certificates of one person across media (Arts. 18(4), 37(3)) and across purposes (Art. 18(5)).
 * From an old certificate to the one that took its place it names no service; where an operator has one all the same,
 * the configuration says so. Nothing else links: no key (Arts. 19(3), 38(3)), no name, no birthday.
 */
#pragma once

#include "base/pending.h"
#include "jpki/certificate.h"

enum linkage_relation {
	LINKAGE_NONE,               /* nobody may be asked: a phone's with the other purpose's */
	LINKAGE_MEDIUM,             /* card and phone, for one purpose */
	LINKAGE_PURPOSE,            /* signature and authentication, of one card: who asks must be entitled to both */
	LINKAGE_RENEWAL,            /* of one purpose and medium */
};
#define LINKAGE_BIT(relation) (1u << (relation))
const char *linkage_relation_name(enum linkage_relation); /* "medium" "purpose" "renewal" */

/* Which certificate. */
struct linkage_kind {
	enum jpki_purpose purpose;
	enum jpki_medium medium;
};
enum linkage_relation linkage_relation(struct linkage_kind, struct linkage_kind);

enum continuity {
	CONTINUITY_NOT_ASKED,
	CONTINUITY_UNAVAILABLE,     /* nobody answered, or nobody is configured for this */
	CONTINUITY_UNKNOWN,         /* no service links the two, or what was told is not all there is */
	CONTINUITY_OTHER,           /* all there is was told, and the earlier one is not among it */
	CONTINUITY_SAME,
};
const char *continuity_name(enum continuity);

struct linkage_question {
	const struct jpki_certificate *certificate; /* established */
	struct linkage_kind wanted;
	struct instant now;
};

#define LINKED_LARGEST 32
struct linked {
	struct span issuer_key_id, serial;
};
struct linkage_answer {
	bool answered;              /* somebody was asked just now, and answered: that is charged */
	/* Those of the wanted kind that are the same person's; only for comparing (Arts. 52(2), (3), 53(2)). */
	struct linked linked[LINKED_LARGEST];
	size_t count;
	bool complete;              /* the person never had others of that kind */
	char text[192];             /* why there is no answer */
};
/* What is pointed to lives until it returns. */
typedef void on_linkage(void *arg, const struct linkage_answer *);

/* The adapter: an operator's API (linkage_operator.h), or what a test plays. */
struct linkage_source {
	const char *name;
	unsigned relations;         /* LINKAGE_BIT()s of those it knows */
	/* Never calls back before returning; what is pointed to stays until then. */
	struct pending *(*ask)(struct linkage_source *, const struct linkage_question *, on_linkage *, void *arg);
	/* Whether who leaves what `ask` gave has had somebody asked. */
	bool (*sent)(const struct pending *);
	void (*free)(struct linkage_source *);
};
void linkage_source_free(struct linkage_source *); /* NULL is fine */
