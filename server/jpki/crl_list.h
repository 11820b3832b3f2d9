/* jpki/crl_list.h - reading a certificate revocation list as a stream of entries, however large (RFC 5280 s5).
 *
 * The bytes are mapped and walked once; nothing is allocated for an entry. What it says is read here, whether it counts
 * is crl_scope.h's question.
 */
#pragma once

#include "base/clock.h"
#include "base/problem.h"

#define CRL_LARGEST (2 * GIB)
#define CRL_NUMBER_LARGEST 20

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
	struct span issuer;          /* Name, whole */
	struct instant this_update, next_update; /* {0}: it names no next one, which we do not take */
	struct span authority_key_id;
	struct span number;          /* cRLNumber, INTEGER contents; empty: none */
	struct span base_number;     /* deltaCRLIndicator; empty: it is complete */
	struct crl_scope scope;
	struct span freshest;        /* CRLDistributionPoints of its deltas; empty: none */
	struct span unknown_critical; /* OID contents; empty: none */
	struct span entries;         /* what crl_list_next() walks */
	uint64_t entry_bytes;
};

/* ERR_SYNTAX, ERR_LIMIT, ERR_INVALID. Borrowed from `der`. */
enum err crl_list_read(struct span der, struct crl_list *out, struct problem *why);

struct crl_entry {
	struct span serial;          /* INTEGER contents, positive, minimal */
	struct instant revoked_at;
	int reason;                  /* -1: not told */
	struct instant invalid_from; /* invalidityDate; {0}: not told */
	struct span issuer;          /* certificateIssuer: GeneralNames contents; empty: as the entry before (s5.3.3) */
	bool unknown_critical;       /* an extension of it that must be understood is not */
};

/* The next of `*rest` (begin with list.entries); false at the end, or, with *err, where it is not DER. */
bool crl_list_next(struct span *rest, struct crl_entry *out, enum err *err, struct problem *why);
