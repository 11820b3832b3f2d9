/* transaction/session/person_settings.h - what the flows of persons are handed in: where, with which secrets, by which
 * rules.
 *
 * One for a process, made by daemon/person_service.c from the configuration's "person" and "authenticators".
 */
#pragma once

#include "authn/attestation.h"
#include "authn/one_time_code.h"
#include "authn/webauthn.h"
#include "crypto/wrapping.h"
#include "http/figures.h"
#include "net/rate.h"
#include "person/persona.h"
#include "transaction/session/assessment.h"
#include "transaction/proofing/proofing.h"
#include "transaction/session/session.h"

/* What one address may do so often (http/haste.h). Tries: claims, codes, passkeys … of logins that were begun. */
enum person_limit { LIMIT_LOGINS, LIMIT_TRIES, LIMIT_ENROLMENTS, LIMIT_ACCOUNTS, PERSON_LIMITS };

struct person_settings {
	struct span base_url;                /* "https://watashi.example/" */
	struct span origin;                  /* "https://watashi.example" */
	struct localized name;               /* of the federation: in one-time codes the issuer, of passkeys the RP */
	struct webauthn_site site;
	enum attestation_demand attestation;
	struct attestation_policy attestation_policy; /* its `now` is set at each use */
	const struct span *attestation_roots; /* beside those of models */
	size_t attestation_root_count;
	struct code_windows windows;
	struct wrapping wrapping;
	struct session_settings session;
	int64_t login_for;                   /* how long a login, an enrolment may take: 10 minutes */
	int64_t parent_age;                  /* a parent certificate is looked at again after so long */
	struct span relying_party;           /* entity ID of the operator's own RP: the account's pages */
	struct span identity_provider;       /* and of its IdP: what the registry knows of how credentials are kept */
	struct span operator;                /* its member id */
	/* What is asked of whom: to look at the account, to change it, for each persona's attributes, of staff. */
	struct requirement_name account, change, personas[PERSONAS], staff;
	unsigned push_public_size;
	uint8_t push_public[65];             /* VAPID's public key; size 0: no push */
	const struct proofing_settings *proofing; /* NULL: cards are not verified here */
	struct policy_shelf *shelf;
	struct roll *roll;
	struct rates *rates;                 /* of addresses, shared by all workers; NULL: nobody is counted */
	struct rate_limit limits[PERSON_LIMITS];
	struct figures *figures;             /* the process's own row; NULL: nothing is counted */
};
