/* jpki/settings.h - what an operator says of JPKI: which authorities are believed, which certificates there are, and
 * who is asked whether they still count. Filled by who reads the configuration, and kept by it.
 */
#pragma once

#include "jpki/crl_scope.h"
#include "jpki/linkage.h"
#include "jpki/ocsp_source.h"
#include "jpki/operator_source.h"

struct jpki_anchor_setting {
	enum jpki_purpose purpose;
	enum jpki_world world;
	const char *file;            /* DER or PEM */
};

/* A kind of certificate the facts do not tell. */
struct jpki_profile_setting {
	enum jpki_purpose purpose;
	enum jpki_medium medium;
	enum jpki_world world;
	const char *policy;          /* dotted */
};

struct jpki_source_setting {
	const char *name;
	enum jpki_purpose purpose;   /* JPKI_NO_PURPOSE: of both */
	enum revocation_kind kind;   /* which of these counts: */
	struct crl_policy lists;
	struct ocsp_settings ocsp;   /* its responders are files, read when it is opened */
	const char *const *responders;
	size_t responder_count;
	struct operator_settings platform;
};

/* Who links certificates of one person, for an account to go on when they are renewed. */
struct jpki_linkage_setting {
	unsigned relations;          /* LINKAGE_BIT()s; 0: nobody is asked */
	struct operator_settings platform;
};

struct jpki_settings {
	bool test;                   /* the test world is judged too; nobody wants that in production */
	bool ecdsa;                  /* signatures by ECDSA are taken, too (jpki.md 1.5: not today's law) */
	const struct jpki_anchor_setting *anchors;
	size_t anchor_count;
	const struct jpki_profile_setting *profiles;
	size_t profile_count;
	const struct jpki_source_setting *sources; /* in the order they are asked */
	size_t source_count;
	struct jpki_linkage_setting linkage;
	const char *lists;           /* directory of revocation lists; NULL: none */
	const char *const *list_signers; /* files: certificates of those whom an authority has certified for signing its
	                              * lists; CRL_CERTIFIED at most */
	size_t list_signer_count;
};
