/* jpki/crl_list.h - reading a certificate revocation list as a stream of entries, however large (RFC 5280 s5).
 *
 *     crl_list_read()      all but the entries, which are only measured
 *     crl_walk_next()      one entry after the other, each checked as it is reached
 *
 * The bytes are mapped and walked; nothing is allocated for an entry. What a list says is read here, whether it counts
 * is crl_scope.h's question.
 */
#pragma once

#include "base/clock.h"
#include "base/problem.h"

#define CRL_LARGEST (2 * GIB)
#define CRL_SHELL_LARGEST (64 * KIB) /* all but the entries */
#define CRL_NUMBER_LARGEST 20        /* s5.2.3 */
#define CRL_SERIAL_LARGEST 24        /* more than RFC 5280 lets a certificate have (s4.1.2.2: 20, and a sign) */

/* issuingDistributionPoint (s5.2.5); reasons as bits of ReasonFlags, keyCompromise 1<<1. */
#define CRL_ALL_REASONS 0x1feu
struct crl_scope {
	bool present;
	struct span full_name;       /* GeneralNames contents; empty: none */
	struct span relative_name;   /* RelativeDistinguishedName contents; empty: none */
	bool only_users, only_authorities, only_attributes, indirect;
	unsigned reasons;            /* CRL_ALL_REASONS when it does not limit them */
};

struct crl_list {
	struct span der, tbs;        /* whole elements */
	struct span algorithm, signature;
	unsigned version;            /* 1 or 2 */
	struct span issuer;          /* Name, whole */
	struct instant this_update, next_update; /* {0}: it names no next one, which we do not take */
	struct span authority_key_id;
	struct span number;          /* cRLNumber, INTEGER contents; empty: none */
	struct span base_number;     /* deltaCRLIndicator; empty: it is complete */
	struct crl_scope scope;
	struct span freshest;        /* CRLDistributionPoints of its deltas; empty: none */
	struct span unknown_critical; /* OID contents; empty: none */
	struct span entries;         /* what a walk walks */
	struct span before, after;   /* of the tbsCertList's contents, what stands around the entries */
};

/* ERR_SYNTAX, ERR_LIMIT, ERR_INVALID. Borrowed from `der`. */
enum err crl_list_read(struct span der, struct crl_list *out, struct problem *why);

#define CRL_NO_REASON (-1)
#define CRL_REASON_REMOVE 8      /* removeFromCRL, of deltas only */

struct crl_entry {
	struct span serial;          /* INTEGER contents, minimal, of any sign: one bad certificate spoils no list */
	struct instant revoked_at;
	int reason;                  /* CRL_NO_REASON: not told */
	struct instant invalid_from; /* invalidityDate; {0}: not told */
	struct span issuer;          /* certificateIssuer: its Name, whole; empty: as the entry before (s5.3.3) */
	bool unknown_critical;       /* an extension of it that must be understood is not */
};

struct crl_walk {
	struct span rest;
	bool extended, indirect;     /* entries may have extensions; a certificateIssuer */
	enum err err;
};
struct crl_walk crl_walk_of(const struct crl_list *);

/* False at the end, or, with walk.err set, where an entry is none. */
bool crl_walk_next(struct crl_walk *, struct crl_entry *out, struct problem *why);
