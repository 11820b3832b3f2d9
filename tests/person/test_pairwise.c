/* tests/person/test_pairwise.c - the names by which relying parties know a person; the values are Python's
 * hmac.new(key, sector + b"\0" + persona + account, "sha256").
 */
#include "expect.h"

#include "person/pairwise.h"

static const struct id account = { { 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
    0x11,
	0x11 } };
static const struct { const char *sector; enum persona persona; const char *subject, *unique_id; } known[] = {
	{ "bank.example", PERSONA_PRIVATE, "iAG8aGlcGHPOxxAg1n9dyJDwkOaT37S7062ZcMgcwck",
	  "raa3y2djlqmhhtwhcaqnm725zcipbehgspp3jo6tvwmxbsa4yheq" },
	{ "bank.example", PERSONA_ADMINISTRATIVE, "S3NhkV-fXNuuLpXZXtOmK9ve_Sh1h0nshDPNck0d_Qw",
	  "jnzwdek7t5onxlrosxmv5u5gfpn557jiowdut3eegpgxeti57uga" },
	{ "hospital.example", PERSONA_PRIVATE, "rKsb_zx6L7HDig_9BbxegaEp4tGUe71J_Rq5Che7KXA",
	  "vsvrx7z4pix3dq4kb76qlpc6qgqstywrsr532sp5dk4quf53ffya" },
};

static void
each_sector_and_persona_has_a_name_of_its_own(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct pairwise_key key;

	(void)state;
	for (size_t i = 0; i < sizeof(key.bytes); i++)
		key.bytes[i] = (uint8_t)i;
	for (size_t i = 0; i < COUNT(known); i++) {
		struct pairwise name = pairwise_name(&key, span_text(known[i].sector), known[i].persona, &account);

		expect_span("for OIDC", pairwise_subject(&a, &name), known[i].subject);
		expect_span("for SAML", pairwise_unique_id(&a, &name), known[i].unique_id);
	}
	arena_release(&a);
}

static void
another_server_and_another_account_have_others(void **state)
{
	const struct wrapping here = { { 1 } }, there = { { 2 } };
	const struct id other = { { 0x12 } };
	const struct span sector = span_text("bank.example");
	const struct pairwise_key key = pairwise_key_derive(&here), again = pairwise_key_derive(&here),
	    foreign = pairwise_key_derive(&there);
	struct pairwise name = pairwise_name(&key, sector, PERSONA_PRIVATE, &account), found;

	(void)state;
	found = pairwise_name(&again, sector, PERSONA_PRIVATE, &account);
	expect_true("the same again", memcmp(&name, &found, sizeof(name)) == 0);
	found = pairwise_name(&foreign, sector, PERSONA_PRIVATE, &account);
	expect_true("another server's", memcmp(&name, &found, sizeof(name)) != 0);
	found = pairwise_name(&key, sector, PERSONA_PRIVATE, &other);
	expect_true("another account's", memcmp(&name, &found, sizeof(name)) != 0);
}

static void
a_session_has_another_name_at_each_client(void **state)
{
	const struct pairwise_key key = { { 1 } };
	const struct id session = { { 2 } }, other = { { 3 } };
	const struct span bank = span_text("https://bank.example/"), shop = span_text("https://shop.example/");
	struct arena a = arena_init(64 * KIB);
	struct span name = pairwise_session(&a, &key, &session, bank);

	(void)state;
	expect_number("of 43 letters", name.size, 43);
	expect_true("the same again", span_equal(name, pairwise_session(&a, &key, &session, bank)));
	expect_true("another client's", !span_equal(name, pairwise_session(&a, &key, &session, shop)));
	expect_true("another session's", !span_equal(name, pairwise_session(&a, &key, &other, bank)));
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sector_and_persona_has_a_name_of_its_own),
		cmocka_unit_test(another_server_and_another_account_have_others),
		cmocka_unit_test(a_session_has_another_name_at_each_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
