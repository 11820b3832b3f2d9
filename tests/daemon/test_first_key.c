/* tests/daemon/test_first_key.c - which keys a new federation takes into use by itself. */
#include "crypto/scratch.h"

#include "base/log.h"
#include "crypto/digest.h"
#include "daemon/first_key.h"
#include "registry/entity.h"
#include "signer/descriptor.h"

static const struct table *const tables[] = { &key_table, &journal_table, NULL };
static const struct instant now = { SECONDS(1795324800) };

static void
make_key(const struct scratch *dir, struct span word)
{
	struct span use = span_cut(&word, '/');
	char name[32];
	struct new_key k = { .name = name, .common_name = "x", .organization = "Example", .country = "JP",
		.use = key_use_read(use), .type = KEY_P256, .now = { SECONDS(1) }, .valid_for = SECONDS(1000) };
	struct problem why;

	if (k.use == USE_LEDGER)
		k.type = KEY_ED25519;
	if (k.use == USE_OPENID_RSA)
		k.type = KEY_RSA_2048;
	snprintf(name, sizeof(name), "%.*s", SPAN_ARGS(word));
	expect_ok(name, key_descriptor_new(dir->path, &k, &why), &why);
}

/* What was put, as "use/name use/name". */
static const char *
active_of(struct arena *a, const struct scratch *dir, const struct unit *unit)
{
	struct operation *operations;
	size_t count, journal = 0, keys = 0, expected = 0;
	const char *text = "";
	struct problem why;
	struct id id;

	expect_ok("a unit", unit_read(a, tables, unit_bytes(unit), &id, &operations, &count, &why), &why);
	for (size_t i = 0; i < count; i++) {
		struct key_descriptor d;
		struct key_life life;
		uint8_t digested[32];

		journal += operations[i].kind == UNIT_APPEND;
		expected += operations[i].kind == UNIT_EXPECT && operations[i].generation == 0;
		if (operations[i].kind != UNIT_PUT)
			continue;
		keys++;
		expect_true("a life", key_life_read(operations[i].value, &life));
		expect_number("in use", life.state, KEY_ACTIVE);
		expect_number("since now", life.activated.us, now.us);
		expect_number("made when its file says", life.created.us, SECONDS(1));
		expect_ok("its file", key_descriptor_read(dir->path, arena_text(a, life.name), a, &d, &why), &why);
		digest(DIGEST_SHA256, d.certificate, digested);
		expect_true("its certificate", memcmp(digested, life.certificate, 32) == 0);
		text = arena_print(a, "%s%s%s/%.*s", text, *text ? " " : "", key_use_name(life.use),
		    SPAN_ARGS(life.name));
	}
	expect_number("both steps of each stand in the journal", journal, 2 * keys);
	expect_number("and none was there", expected, keys);
	return text;
}

static void
the_only_key_of_each_use_is_taken_into_use(void **state)
{
	static const struct {
		const char *title, *made, *active;
		enum err code;
		const char *part;
	} cases[] = {
		{ "what init makes", "metadata/metadata-1 trusted-list/trusted-list-1 ledger/ledger-1",
		    "metadata/metadata-1 trusted-list/trusted-list-1 ledger/ledger-1",
		    OK, "" },
		{ "an OpenID Provider from the first day", 
		  "metadata/metadata-1 openid-rsa/openid-rsa-1 openid/openid-1",
		    "metadata/metadata-1 openid/openid-1 openid-rsa/openid-rsa-1", OK, "" },
		{ "two that could sign its tokens", "metadata/metadata-1 openid/openid-1 openid/openid-2",
		    "metadata/metadata-1", OK, "" },
		{ "founded before there was a ledger", "metadata/metadata-1 trusted-list/trusted-list-1",
		    "metadata/metadata-1 trusted-list/trusted-list-1",
		    OK, "" },
		{ "founded before there were trusted lists", "metadata/m", "metadata/m", OK, "" },
		{ "two for trusted lists: an operator decides", "metadata/m trusted-list/a trusted-list/b",
		    "metadata/m", OK, "" },
		{ "none for metadata", "trusted-list/a", "", ERR_NOT_FOUND, "no key for metadata is there" },
		{ "none at all", "", "", ERR_NOT_FOUND, "no key for metadata is there" },
		{ "two for metadata", "metadata/a metadata/b trusted-list/c", "", ERR_CONFLICT,
		    "2 keys for metadata are there" },
	};

	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scratch dir = scratch_new();
		struct arena a = arena_init(4 * MIB);
		struct unit *unit = unit_new(&a, tables, id_new(now));
		struct span rest = span_text(cases[i].made);
		struct problem why;

		while (rest.size)
			make_key(&dir, span_cut(&rest, ' '));
		expect_problem(cases[i].title, first_key_adopt(unit, dir.path, &a, now, &why), &why, cases[i].code,
		    cases[i].part);
		if (cases[i].code == OK)
			expect_text(cases[i].title, active_of(&a, &dir, unit), cases[i].active);
		arena_release(&a);
		scratch_free(&dir);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_only_key_of_each_use_is_taken_into_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
