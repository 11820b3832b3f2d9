/* jpki/profile.c - what each kind of JPKI certificate must look like. */
#include "jpki/profile.h"

#include <assert.h>

#include "codec/oid.h"
#include "crypto/x509_signature.h"

static const char *const media[] = { [JPKI_CARD] = "card", [JPKI_PHONE] = "phone" };
static const char *const worlds[] = { [JPKI_PRODUCTION] = "production", [JPKI_TEST] = "test" };

const char *
jpki_medium_name(enum jpki_medium medium)
{
	return media[medium] ? media[medium] : "";
}

enum jpki_medium
jpki_medium_read(struct span word)
{
	for (int i = JPKI_CARD; i <= JPKI_PHONE; i++)
		if (span_is(word, media[i]))
			return (enum jpki_medium)i;
	return JPKI_NO_MEDIUM;
}

const char *
jpki_world_name(enum jpki_world world)
{
	return worlds[world] ? worlds[world] : "";
}

/* 1.2.392.200149.8.5.1: certificate policies of the JPKI. A test card's signature certificate has .0 where .1 stands,
 * and differs in nothing else (jpki.md 1.3). */
#define POLICY(last) { (const uint8_t *)"\x2a\x83\x08\x8c\x9b\x55\x08\x05\x01" last, 11 }
#define CLIENT_AUTH { (const uint8_t *)"\x2b\x06\x01\x05\x05\x07\x03\x02", 8 }
#define NO_USAGE { NULL, 0 }
#define SIGNS (USAGE_DIGITAL_SIGNATURE | USAGE_NON_REPUDIATION)

static const struct jpki_profile known[] = {
	{ JPKI_SIGNATURE, JPKI_CARD, JPKI_PRODUCTION, POLICY("\x01\x14"), SIGNS, NO_USAGE, true },
	{ JPKI_SIGNATURE, JPKI_CARD, JPKI_TEST, POLICY("\x00\x14"), SIGNS, NO_USAGE, true },
	{ JPKI_AUTHENTICATION, JPKI_CARD, JPKI_PRODUCTION, POLICY("\x03\x1e"), USAGE_DIGITAL_SIGNATURE, CLIENT_AUTH,
		false },
	{ JPKI_AUTHENTICATION, JPKI_CARD, JPKI_TEST, POLICY("\x03\x1e"), USAGE_DIGITAL_SIGNATURE, CLIENT_AUTH, false },
};

/* RSA alone is what the law knows (規則 Arts. 2, 38; jpki.md 1.5). */
struct jpki_profiles
jpki_profiles_known(void)
{
	struct jpki_profiles profiles = { .count = COUNT(known), .switches = SIGNATURES_RSA };

	static_assert(COUNT(known) <= JPKI_PROFILES, "there is room for those that are known");
	memcpy(profiles.profile, known, sizeof(known));
	return profiles;
}

static const struct jpki_profile *
like(enum jpki_purpose purpose, enum jpki_world world)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (known[i].purpose == purpose && known[i].world == world)
			return &known[i];
	return NULL;
}

enum err
jpki_profiles_add(struct jpki_profiles *profiles, struct arena *a, enum jpki_purpose purpose, enum jpki_medium medium,
    enum jpki_world world, const char *policy, struct problem *why)
{
	const struct jpki_profile *model = like(purpose, world);
	uint8_t bytes[OID_LARGEST];
	size_t size = oid_read(span_text(policy), bytes);
	struct jpki_profile *added;

	if (!model || medium == JPKI_NO_MEDIUM)
		return problem_set(why, ERR_INVALID, "", "a profile is for a purpose, a medium and a world");
	if (size == 0)
		return problem_set(why, ERR_INVALID, "X.690 s8.19",
		    "expected a policy as numbers with dots between, found \"%.80s\"", policy);
	/* One policy in both worlds is two profiles: which it is, the issuer tells. */
	for (size_t i = 0; i < profiles->count; i++)
		if (profiles->profile[i].world == world &&
		    span_equal(profiles->profile[i].policy, span_of(bytes, size)))
			return problem_set(why, ERR_INVALID, "", "the policy %s is that of another profile, %s on a %s",
			    policy, jpki_purpose_name(profiles->profile[i].purpose),
			    jpki_medium_name(profiles->profile[i].medium));
	if (profiles->count == JPKI_PROFILES)
		return problem_set(why, ERR_LIMIT, "", "there are at most %d profiles", JPKI_PROFILES);
	added = &profiles->profile[profiles->count++];
	*added = *model;
	added->medium = medium;
	added->policy = arena_copy(a, span_of(bytes, size));
	return OK;
}

const struct jpki_profile *
jpki_profile_of(const struct jpki_profiles *profiles, const struct x509 *x, enum jpki_world world)
{
	for (size_t i = 0; i < profiles->count; i++)
		if (profiles->profile[i].world == world && x509_policy(x, profiles->profile[i].policy))
			return &profiles->profile[i];
	return NULL;
}
