/* jpki/revocation.h - whether a certificate still counts: one question, several kinds of sources behind it
 * (jpki.md 1.8).
 *
 *     question -> source -> answer        CRL index (at once), OCSP, an operator's API (asynchronous)
 *
 * Nothing but `good` permits. `revoked` is final: no later `good` of another source takes it back.
 */
#pragma once

#include "base/clock.h"
#include "base/pending.h"
#include "base/turn.h"
#include "jpki/certificate.h"

enum revocation_status {
	REVOCATION_NOT_CHECKED,
	REVOCATION_UNAVAILABLE, /* no source answered, or what it had was too old */
	REVOCATION_UNKNOWN,     /* a source answered that it does not know it */
	REVOCATION_EXPIRED,     /* past its notAfter, nobody tells any more */
	REVOCATION_REVOKED,
	REVOCATION_GOOD,
};
const char *revocation_status_name(enum revocation_status);
enum outcome revocation_outcome(enum revocation_status);

enum revocation_kind { REVOCATION_BY_NOTHING, REVOCATION_BY_CRL, REVOCATION_BY_OCSP, REVOCATION_BY_OPERATOR };
const char *revocation_kind_name(enum revocation_kind); /* "crl" "ocsp" "operator" */

/* CRLReason (RFC 5280 s5.3.1); -1: not told. */
const char *crl_reason_name(int reason);

struct revocation_question {
	const struct jpki_certificate *certificate;
	struct instant now;
	/* For whom: what is learnt for one is told to no other, though it were the same (Act Arts. 52, 53). */
	struct span party;
};

#define REVOCATION_REFERENCE 80
struct revocation_answer {
	enum revocation_status status;
	enum revocation_kind kind;
	const char *source;         /* its name in the configuration */
	int reason;                 /* of a revoked one; -1 */
	struct instant revoked_at;
	struct instant produced_at, this_update, next_update, asked_at;
	/* What the answer can be found by again: CRL number, digest of the response. */
	char reference[REVOCATION_REFERENCE];
	char text[192];             /* why, when it is not good */
	char point[192];            /* which list is missing: told to who runs this, and to nobody who asks */
	/* Somebody was asked just now, and answered; otherwise nobody is to be charged. */
	bool fresh;
};

typedef void on_revocation(void *arg, const struct revocation_answer *);

/* Who was asked, in order: each source of a question that there is an answer of, for those that charge. */
#define REVOCATION_SOURCES 8
struct revocation_asked {
	const char *source;
	enum revocation_kind kind;
	enum revocation_status status;
	bool fresh;                 /* as in its answer */
};
struct revocation_trail {
	struct revocation_asked asked[REVOCATION_SOURCES];
	size_t count;
	size_t decisive;            /* whose answer it is, when count > 0 */
};

/* Whatever stood there is gone: this status, no reason, no times, and a sentence why. */
void revocation_answer_set(struct revocation_answer *, enum revocation_status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct source_faults;
struct revocation_source {
	const char *name;
	struct source_faults *faults; /* where its failures are noted (jpki/source_fault.h); NULL: nowhere */
	size_t place;               /* among the sources, for those */
	enum revocation_kind kind;
	/* whose certificates it knows; JPKI_NO_PURPOSE: all. Nobody else is told of others */
	enum jpki_purpose purpose;
	/* Never calls back before returning; spans of the question stay until then. NULL: it answers at once. */
	struct pending *(*ask)(struct revocation_source *, const struct revocation_question *, on_revocation *,
	    void *arg);
	/* Whether who leaves what `ask` gave has had somebody asked, and nobody else waits for the answer;
	 * NULL: yes. */
	bool (*sent)(const struct pending *);
	/* At once, as those who are offline need it; NULL: it cannot. One of the two is there. */
	void (*answer)(struct revocation_source *, const struct revocation_question *, struct revocation_answer *out);
	/* Whether it may keep what it was told, or must forget it and keep nothing more; NULL: it keeps nothing. */
	void (*keep)(struct revocation_source *, bool);
	void (*free)(struct revocation_source *);
};
void revocation_source_free(struct revocation_source *); /* NULL is fine */

/* In this order until one says good, revoked or expired; otherwise the answer of the first that did not say
 * unavailable, or of the last. With no source at all: unavailable. Nobody is asked about a certificate past its
 * notAfter: it is expired (jpki.md 1.8: one that was revoked may have left the lists). The list, the sources
 * and the trail (NULL is fine) stay the caller's. */
struct pending *revocation_ask(struct turn *, struct revocation_source *const *, size_t count,
    const struct revocation_question *, struct revocation_trail *, on_revocation *, void *arg);
/* Cancels it. A source that is waited for and was really asked is in the trail, too: unavailable, and fresh; the last
 * that is fresh is the decisive one. */
void revocation_leave(struct pending **);
/* Whether this source would be asked. */
bool revocation_source_knows(const struct revocation_source *, const struct jpki_certificate *);
/* The same at once, by those that can. */
void revocation_answer_now(struct revocation_source *const *, size_t count, const struct revocation_question *,
    struct revocation_answer *out);
