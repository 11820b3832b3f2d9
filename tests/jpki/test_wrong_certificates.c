/* tests/jpki/test_wrong_certificates.c - each kind of wrong certificate that testcard makes is refused by the step that
 * is there for it; what only looks odd is taken. */
#include "expect.h"
#include "jpki/attributes.h"
#include "jpki/certificate.h"
#include "testcard/key.h"
#include "testcard/wrong.h"

#define NOW (struct instant){ INT64_C(1795000000000000) } /* 2026-11-18 */
#define DAY (INT64_C(86400) * 1000000)

/* Two generations of the authority for signatures and of that for authentication, in memory. */
static struct world {
	struct arena arena;
	struct authority authorities[PURPOSES][2];
	struct jpki_anchors *anchors;
	EVP_PKEY *key;
} world;

static int
world_make(void **state)
{
	static const enum jpki_purpose purposes[PURPOSES] = { JPKI_SIGNATURE, JPKI_AUTHENTICATION };
	struct arena *a = &world.arena;
	struct problem why;

	(void)state;
	world.arena = arena_init(4 * MIB);
	world.anchors = jpki_anchors_new();
	world.key = key_rsa(2048, 65537);
	for (enum purpose p = SIGNATURE; p < PURPOSES; p++)
		for (unsigned g = 0; g < 2; g++) {
			struct authority *ca = &world.authorities[p][g];
			struct certificate_plan plan;

			*ca = (struct authority){ .purpose = p, .generation = g + 1, .key = key_rsa(2048, 65537),
				.serial = asn_number(a, 1 + g), .name = authority_name(a, p) };
			plan = authority_plan(
			    a, p, ca->key, ca->serial, instant_after(NOW, -1000 * DAY), instant_after(NOW, 1000 * DAY));
			ca->certificate = certificate_sign(a, &plan, ca->key);
			expect_ok("an authority testcard makes is one the verifier takes",
			    jpki_anchors_add(world.anchors, purposes[p], JPKI_TEST, ca->certificate, &why), &why);
		}
	return 0;
}

static int
world_end(void **state)
{
	(void)state;
	for (size_t p = 0; p < PURPOSES; p++)
		for (size_t g = 0; g < 2; g++)
			EVP_PKEY_free(world.authorities[p][g].key);
	EVP_PKEY_free(world.key);
	jpki_anchors_free(world.anchors);
	arena_release(&world.arena);
	return 0;
}

static struct spoiling
spoiling_begin(struct arena *a, enum purpose purpose)
{
	struct spoiling s = {
		.arena = a, .issuer = &world.authorities[purpose][1], .elder = &world.authorities[purpose][0],
		.other = &world.authorities[purpose == SIGNATURE ? AUTHENTICATION : SIGNATURE][1], .key = world.key,
		.signer = world.authorities[purpose][1].key,
		.holder = {
			.name = "試験　太郎", .born = "319800217", .sex = "1", .address = "東京都渋谷区１－１",
			.municipality = { "Tokyo-to", "Shibuya-ku", "13113" }, .from = NOW,
			.until = instant_after(NOW, 500 * DAY),
		},
	};

	s.plan = holder_plan(a, s.issuer, &s.holder, s.key, asn_number(a, 0x0ac91af8));
	return s;
}

/* The step that refused it; "" when none did. */
static const char *
refused_by(struct arena *a, struct span der, enum purpose purpose, bool test)
{
	struct jpki_trust trust = { .profiles = jpki_profiles_known(), .anchors = world.anchors, .test = test };
	struct examination told = { .arena = a };
	struct jpki_attributes attributes;
	struct jpki_certificate judged;
	struct problem why;

	if (!jpki_certificate_judge(&trust, der, purpose == SIGNATURE ? JPKI_SIGNATURE : JPKI_AUTHENTICATION,
	    instant_after(NOW, DAY), &told, &judged))
		return examination_cause(&told)->step;
	if (purpose == SIGNATURE && jpki_attributes_read(&judged.x509, &attributes, &why) != OK)
		return "attributes";
	return "";
}

static void
test_right(void **state)
{
	(void)state;
	for (enum purpose p = SIGNATURE; p < PURPOSES; p++) {
		struct arena a = arena_init(4 * MIB);
		struct spoiling s = spoiling_begin(&a, p);
		struct span der = certificate_sign(&a, &s.plan, s.signer);

		expect_text(purpose_shapes[p].name, refused_by(&a, der, p, true), "");
		expect_text(
		    "a certificate of the test world counts nowhere else", refused_by(&a, der, p, false), "issuer");
		arena_release(&a);
	}
}

static void
test_wrong(void **state)
{
	const struct wrong_kind *kind;

	(void)state;
	for (size_t n = 0; (kind = wrong_kind_at(n)); n++) {
		struct arena a = arena_init(4 * MIB);
		struct spoiling s = spoiling_begin(&a, kind->purpose);

		expect_text(kind->name, refused_by(&a, wrong_make(&s, kind), kind->purpose, true),
		    kind->step ? kind->step : "");
		EVP_PKEY_free(s.made);
		arena_release(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_right), cmocka_unit_test(test_wrong) };

	return cmocka_run_group_tests(tests, world_make, world_end);
}
