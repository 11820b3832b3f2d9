/* jpki/profile.h - what each kind of JPKI certificate must look like, as data (jpki.md 1.2, 1.3, 1.7).
 *
 *     purpose (signature, authentication) x medium (card, phone) x world (production, test)
 *
 * What the facts do not tell (policy OIDs of the phone's certificates, further attributes) comes from the
 * configuration; until then no certificate has that profile. The worlds never mix: a certificate is judged in one.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "crypto/x509.h"
#include "model/jpki_purpose.h"

enum jpki_medium { JPKI_NO_MEDIUM, JPKI_CARD, JPKI_PHONE };
enum jpki_world { JPKI_NO_WORLD, JPKI_PRODUCTION, JPKI_TEST };
const char *jpki_medium_name(enum jpki_medium);   /* "card" "phone" */
enum jpki_medium jpki_medium_read(struct span);   /* JPKI_NO_MEDIUM: none of them */
const char *jpki_world_name(enum jpki_world);     /* "production" "test" */

#define JPKI_PROFILES 16
struct jpki_profile {
	enum jpki_purpose purpose;
	enum jpki_medium medium;
	enum jpki_world world;
	struct span policy;         /* OID contents: exactly one policy, critical */
	unsigned usage;             /* keyUsage, exactly, critical */
	struct span extended_usage; /* OID contents it must list; empty: extendedKeyUsage must not be there */
	bool attributes;            /* the four attributes stand in subjectAltName; otherwise none may */
};

struct jpki_profiles {
	struct jpki_profile profile[JPKI_PROFILES];
	size_t count;
	unsigned switches;          /* enum signature_switch */
};

/* Those the facts tell. */
struct jpki_profiles jpki_profiles_known(void);

/* One more from the configuration, as the known one of that purpose and world but for medium and policy (dotted).
 * ERR_INVALID: no OID, or a policy that another profile has; ERR_LIMIT. */
enum err jpki_profiles_add(struct jpki_profiles *, struct arena *, enum jpki_purpose, enum jpki_medium,
    enum jpki_world, const char *policy, struct problem *why);

/* By its policy and the world of its issuer; NULL: none. */
const struct jpki_profile *jpki_profile_of(const struct jpki_profiles *, const struct x509 *, enum jpki_world);
