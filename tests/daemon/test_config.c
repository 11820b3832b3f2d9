/* tests/daemon/test_config.c - the configuration file: its values, its defaults, and the exact words of every refusal.
 */
#include "expect.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/clock.h"
#include "crypto/key.h"
#include "daemon/config.h"

static struct {
	char directory[64], file[96];
	json_t *table; /* config_cases.json */
	struct arena arena;
} here;

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", here.directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	fclose(file);
}

static void
make_directory(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", here.directory, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

/* A source's key, bare. */
static void
make_public_key(const char *name)
{
	struct problem why;
	struct key *key;
	char path[128];
	FILE *file;

	expect_ok("a key is made", key_generate("file:source.key", here.directory, KEY_P256, &why), &why);
	expect_ok("and opened", key_open("file:source.key", here.directory, &key, &why), &why);
	snprintf(path, sizeof(path), "%s/%s", here.directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(key_public(key).data, 1, key_public(key).size, file), key_public(key).size);
	fclose(file);
	key_free(key);
}

static int
prepare(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[4096], *real;

	(void)state;
	strcpy(here.directory, "/tmp/watashi-config-XXXXXX");
	assert_non_null(mkdtemp(here.directory));
	/* The loader tells directories without links. */
	real = realpath(here.directory, NULL);
	assert_true(real && strlen(real) < sizeof(here.directory));
	strcpy(here.directory, real);
	free(real);
	snprintf(here.file, sizeof(here.file), "%s/watashid.json", here.directory);
	make_directory("keys");
	make_directory("pages");
	write_file("tls.pem", "");
	write_file("tls.key", "");
	write_file("ca.pem", "");
	make_public_key("source.pem");
	write_file("large.pem", "");
	snprintf(path, sizeof(path), "%s/large.pem", here.directory);
	assert_int_equal(truncate(path, 64 * KIB + 1), 0);
	snprintf(path, sizeof(path), "%s/tests/daemon/config_cases.json", top ? top : ".");
	here.table = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(here.table);
	here.arena = arena_init(64 * MIB);
	return 0;
}

static int
on_entry(const char *path, const struct stat *found, int kind, struct FTW *where)
{
	(void)found;
	(void)kind;
	(void)where;
	return remove(path);
}

static int
clean_up(void **state)
{
	(void)state;
	json_decref(here.table);
	arena_release(&here.arena);
	return nftw(here.directory, on_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* What the pointer leads to in `*holder`: its last part, as a key or an index. */
static const char *
find_holder(json_t **holder, const char *pointer)
{
	const char *slash;

	for (pointer++; (slash = strchr(pointer, '/')); pointer = slash + 1) {
		const char *part = arena_text(&here.arena, span_of(pointer, (size_t)(slash - pointer)));

		*holder = json_is_array(*holder) ? json_array_get(*holder, strtoul(part, NULL, 10))
		                                 : json_object_get(*holder, part);
	}
	assert_non_null(*holder);
	return pointer;
}

static json_t *
changed(const json_t *base, const json_t *change)
{
	json_t *config = json_deep_copy(base), *value, *holder;
	const char *pointer, *drop = json_string_value(json_object_get(change, "drop"));

	json_object_foreach (json_object_get(change, "set"), pointer, value) {
		const char *last;

		holder = config;
		last = find_holder(&holder, pointer);
		if (!json_is_array(holder))
			json_object_set(holder, last, value);
		else if (strtoul(last, NULL, 10) == json_array_size(holder))
			json_array_append(holder, value);
		else
			json_array_set(holder, strtoul(last, NULL, 10), value);
	}
	if (drop) {
		holder = config;
		pointer = find_holder(&holder, drop);
		assert_int_equal(json_object_del(holder, pointer), 0);
	}
	return config;
}

/* The sentence with the file in front and the directory for DIR. */
static const char *
sentence(const char *problem)
{
	const char *dir = strstr(problem, "DIR");

	if (!dir)
		return arena_print(&here.arena, "%s: %s", here.file, problem);
	return arena_print(
	    &here.arena, "%s: %.*s%s%s", here.file, (int)(dir - problem), problem, here.directory, dir + 3);
}

static void
every_case_of_the_table_gets_its_answer(void **state)
{
	const json_t *cases = json_object_get(here.table, "cases"), *base = json_object_get(here.table, "base");
	json_t *one;
	size_t i;

	(void)state;
	assert_true(json_array_size(cases) > 60);
	json_array_foreach (cases, i, one) {
		const char *title = json_string_value(json_object_get(one, "title"));
		const char *problem = json_string_value(json_object_get(one, "problem"));
		json_t *config = changed(base, one);
		struct config out;
		struct problem why = { 0 };

		assert_int_equal(json_dump_file(config, here.file, JSON_INDENT(1)), 0);
		json_decref(config);
		if (!problem) {
			expect_ok(title, config_read(&here.arena, here.file, &out, &why), &why);
			continue;
		}
		expect_number(title, config_read(&here.arena, here.file, &out, &why), ERR_INVALID);
		expect_text(title, why.text, sentence(problem));
	}
}

static const char *
inside(const char *name)
{
	return arena_print(&here.arena, "%s/%s", here.directory, name);
}

static void
a_short_file_has_sane_defaults(void **state)
{
	struct config c;
	struct problem why;

	(void)state;
	assert_int_equal(json_dump_file(json_object_get(here.table, "base"), here.file, 0), 0);
	expect_ok("the base is read", config_read(&here.arena, here.file, &c, &why), &why);
	expect_text("the file", c.file, here.file);
	expect_text("its directory", c.directory, here.directory);
	expect_text("a name", c.federation.name_ja, "試験連盟");
	expect_text("another", c.federation.name_en, "Test Federation");
	expect_text("who registers publishes", c.federation.publisher, c.federation.registration_authority);
	expect_true("no registration policy", !c.federation.registration_policy);
	expect_true("we stay who we are", !c.user && !c.group);
	expect_true("as many workers as processors", c.workers >= 1);
	expect_number("two listeners", c.listener_count, 2);
	expect_number("one public", c.listeners[0].kind, LISTEN_PUBLIC);
	expect_text("with its address", c.listeners[0].address, "*:8443");
	expect_text("and its certificate beside the file", c.listeners[0].certificate, inside("tls.pem"));
	expect_text("and its key", c.listeners[0].key, inside("tls.key"));
	expect_number("one local", c.listeners[1].kind, LISTEN_LOCAL);
	expect_true("which is plain", !c.listeners[1].certificate && !c.listeners[1].client_authorities);
	expect_number("no proxies", c.proxy_count, 0);
	expect_true("HTTP's own limits", memcmp(&c.http, &http_limits_default, sizeof(c.http)) == 0);
	expect_number("half a minute to drain", c.drain_time, SECONDS(30));
	expect_text("the store", c.store.directory, inside("store"));
	expect_true("may grow to 64 GiB", c.store.map_bytes == 64 * GIB);
	expect_number("a commit may take ten seconds", c.store.commit_timeout, SECONDS(10));
	expect_text("the keys", c.keys, inside("keys"));
	expect_text("the generations", c.generations, inside("generations"));
	expect_text("the pages", c.pages, inside("pages"));
	expect_text("what runs", c.run, inside("run"));
	expect_text("the control socket", c.control.socket, inside("run/control.sock"));
	expect_number("no operators but the born ones", c.control.operator_count, 0);
	expect_number("valid for two weeks", c.publication.valid_for, SECONDS(14 * 86400));
	expect_number("kept for six hours", c.publication.cache_for, SECONDS(6 * 3600));
	expect_number("signed again a week before", c.publication.refresh_before, SECONDS(7 * 86400));
	expect_number("what happens is logged", c.log.level, LOG_LEVEL_INFO);
	expect_true("requests are not", !c.log.access);
	expect_true("nobody is proved by a card", !c.jpki.present && !c.jpki.settings.test);
}

static void
what_is_said_of_jpki_is_read(void **state)
{
	json_t *config = changed(json_object_get(here.table, "base"),
	    json_array_get(json_object_get(here.table, "cases"), 1));
	const struct jpki_source_setting *s;
	struct config c;
	struct problem why;

	(void)state;
	assert_int_equal(json_dump_file(config, here.file, 0), 0);
	json_decref(config);
	expect_ok("everything said is read", config_read(&here.arena, here.file, &c, &why), &why);
	expect_true("the test world and ECDSA", c.jpki.settings.test && c.jpki.settings.ecdsa);
	expect_number("two authorities", c.jpki.settings.anchor_count, 2);
	expect_number("of the test world", c.jpki.settings.anchors[0].world, JPKI_TEST);
	expect_number("the other certifies", c.jpki.settings.anchors[1].purpose, JPKI_AUTHENTICATION);
	expect_text("from this file", c.jpki.settings.anchors[1].file, inside("ca.pem"));
	expect_number("a phone's", c.jpki.settings.profiles[0].medium, JPKI_PHONE);
	expect_text("has this policy", c.jpki.settings.profiles[0].policy, "1.2.392.200149.8.5.1.1.40");
	expect_text("lists are kept", c.jpki.settings.lists, inside("crl"));
	expect_number("looked for each minute", c.jpki.lists.refresh, SECONDS(60));
	expect_text("there", c.jpki.lists.urls[1], "https://crl.example/two");
	expect_text("and here", c.jpki.lists.watch, inside("keys"));
	expect_number("one signs lists for an authority", (int64_t)c.jpki.settings.list_signer_count, 1);
	expect_text("with this certificate", c.jpki.settings.list_signers[0], inside("tls.pem"));
	expect_number("four sources", c.jpki.settings.source_count, 4);
	s = c.jpki.settings.sources;
	expect_true("lists", s[0].kind == REVOCATION_BY_CRL && s[0].lists.require_delta);
	expect_number("with grace", s[0].lists.grace, SECONDS(3600));
	expect_true("a responder", s[1].kind == REVOCATION_BY_OCSP && s[1].ocsp.rules.nonce == OCSP_NONCE_REQUIRE);
	expect_text("of this host", s[1].ocsp.hosts[0], "ocsp.example:8080");
	expect_text("believed", s[1].responders[0], inside("ca.pem"));
	expect_true("one with defaults", s[2].ocsp.rules.nonce == OCSP_NONCE_TRY && s[2].ocsp.cache == 0);
	expect_number("a minute of difference", s[2].ocsp.rules.skew, SECONDS(60));
	expect_number("a day old at most", s[2].ocsp.rules.oldest, SECONDS(86400));
	expect_text("an operator", s[3].platform.at.token_file, inside("ca.pem"));
	expect_number("who links, and what", c.jpki.settings.linkage.relations,
	    LINKAGE_BIT(LINKAGE_PURPOSE) | LINKAGE_BIT(LINKAGE_RENEWAL));
	expect_text("by this name", c.jpki.settings.linkage.platform.name, "links");
	expect_text("with this token", c.jpki.settings.linkage.platform.at.token_file, inside("ca.pem"));
	expect_number("an hour old at most", c.jpki.settings.linkage.platform.oldest, SECONDS(3600));
	expect_true("with a price of its own", c.jpki.costs.prices[2].linkage && !c.jpki.costs.prices[1].linkage &&
	    c.jpki.costs.prices[2].kind == REVOCATION_BY_NOTHING && c.jpki.costs.prices[2].yen == 5);
	expect_number("prices", c.jpki.costs.prices[0].yen, 20);
	expect_true("of anything", c.jpki.costs.prices[1].purpose == JPKI_NO_PURPOSE &&
	    c.jpki.costs.prices[1].yen == 2);
	expect_number("shared", c.jpki.costs.share, SHARE_BY_CHECKS);
	expect_number("thirty seconds", c.jpki.challenge_for, SECONDS(30));
	expect_number("some ten years", c.jpki.log_for, 3660 * SECONDS(86400));
}

static void
what_is_said_is_read(void **state)
{
	json_t *config = changed(json_object_get(here.table, "base"),
	    json_array_get(json_object_get(here.table, "cases"), 1));
	struct config c;
	struct problem why;

	(void)state;
	assert_int_equal(json_dump_file(config, here.file, 0), 0);
	json_decref(config);
	expect_ok("everything said is read", config_read(&here.arena, here.file, &c, &why), &why);
	expect_text("the user", c.user, "watashi");
	expect_text("the group", c.group, "watashi");
	expect_number("the workers", c.workers, 4);
	expect_number("no time to drain", c.drain_time, 0);
	expect_number("three proxies", c.proxy_count, 3);
	expect_text("as written", c.proxies[2], "unix");
	expect_text("the policy", c.federation.registration_policy, "https://federation.example/policy?lang=ja#top");
	expect_text("the publisher", c.federation.publisher, "urn:mace:example");
	expect_number("bytes of a target", c.http.message.target, 4096);
	expect_number("bytes of a head", c.http.message.head, 8192);
	expect_number("headers", c.http.message.headers, 32);
	expect_number("pipelined requests", c.http.pipelined, 1);
	expect_number("connections", c.http.connections, 100);
	expect_number("connections of an address", c.http.per_address, 0);
	expect_number("time for a head", c.http.head_time, SECONDS(1));
	expect_number("time for a body", c.http.body_time, SECONDS(2));
	expect_number("time between requests", c.http.idle_time, SECONDS(3600));
	expect_number("time to write", c.http.write_time, SECONDS(4));
	expect_number("time to answer", c.http.handler_time, SECONDS(5));
	expect_number("requests", c.http.requests, 1000);
	expect_number("bytes of a stream", c.http.stream_waiting, 65536);
	expect_true("the store's size", c.store.map_bytes == GIB);
	expect_number("its patience", c.store.commit_timeout, SECONDS(5));
	expect_number("its units", c.store.in_flight, 10);
	expect_text("the control socket", c.control.socket, inside("socket"));
	expect_text("an operator", c.control.operators[0], "root");
	expect_number("validity", c.publication.valid_for, SECONDS(28 * 86400));
	expect_number("signatures at once", c.publication.in_flight, 1);
	expect_number("the level", c.log.level, LOG_LEVEL_DEBUG);
	expect_text("the access log", c.log.access, inside("access.log"));
	expect_number("machines", c.listeners[2].kind, LISTEN_MACHINES);
	expect_text("with authorities", c.listeners[2].client_authorities, inside("ca.pem"));
	expect_text("a relative socket lies beside the file", c.listeners[3].address,
	    arena_print(&here.arena, "unix:%s/http.sock", here.directory));
}

static void
a_file_that_is_no_configuration_is_refused(void **state)
{
	static const struct {
		const char *title, *text, *problem;
		enum err code;
	} cases[] = {
		{ "an empty file", "", "line 1, column 0: '[' or '{' expected near end of file", ERR_SYNTAX },
		{ "an array", "[]", "expected an object, found an array", ERR_INVALID },
		{ "a key twice", "{\"workers\":1,\n\"workers\":2}",
		    "line 2, column 9: duplicate object key near '\"workers\"'", ERR_SYNTAX },
		{ "a comment of another language", "{ # workers\n}",
		    "line 1, column 3: string or '}' expected near '#'", ERR_SYNTAX },
	};
	struct config c;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		write_file("watashid.json", cases[i].text);
		expect_number(cases[i].title, config_read(&here.arena, here.file, &c, &why), cases[i].code);
		expect_text(cases[i].title, why.text, sentence(cases[i].problem));
	}
	expect_number(
	    "a file that is not there", config_read(&here.arena, inside("none.json"), &c, &why), ERR_NOT_FOUND);
	expect_text("is named", why.text, inside("none.json: No such file or directory"));
	expect_problem("a directory that is not there", config_read(&here.arena, "/nowhere/x.json", &c, &why), &why,
	    ERR_NOT_FOUND, "/nowhere/x.json: No such file or directory");
}

static void
a_file_is_found_from_where_we_are(void **state)
{
	int before = open(".", O_RDONLY | O_DIRECTORY);
	struct config c;
	struct problem why;

	(void)state;
	assert_int_equal(json_dump_file(json_object_get(here.table, "base"), here.file, 0), 0);
	assert_int_equal(chdir(here.directory), 0);
	expect_ok("a name alone", config_read(&here.arena, "watashid.json", &c, &why), &why);
	expect_text("becomes absolute", c.file, here.file);
	expect_ok("a way with a detour", config_read(&here.arena, "keys/../watashid.json", &c, &why), &why);
	expect_text("becomes straight", c.file, here.file);
	assert_int_equal(fchdir(before), 0);
	close(before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_of_the_table_gets_its_answer),
		cmocka_unit_test(a_short_file_has_sane_defaults),
		cmocka_unit_test(what_is_said_is_read),
		cmocka_unit_test(what_is_said_of_jpki_is_read),
		cmocka_unit_test(a_file_that_is_no_configuration_is_refused),
		cmocka_unit_test(a_file_is_found_from_where_we_are),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
