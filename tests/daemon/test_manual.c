/* tests/daemon/test_manual.c - the manuals against the tables they describe.
 *
 * Every route stands in watashid(8), and nothing stands there that is none; contexts in watashi-authzen(7) are as their
 * schema has them.
 */
#include "expect.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/file.h"
#include "daemon/ops.h"
#include "front/account/account.h"
#include "front/account/authenticators.h"
#include "front/app/app.h"
#include "front/authzen/authzen.h"
#include "front/authzen/token.h"
#include "front/desk/desk.h"
#include "front/enrol/enrol.h"
#include "front/jpki/jpki.h"
#include "front/ledger/disclosure.h"
#include "front/ledger/ledger.h"
#include "front/login/login.h"
#include "front/login/related_origins.h"
#include "front/oidc/oidc.h"
#include "front/policy/policy.h"
#include "front/registry/registry.h"
#include "front/sign_on/sign_on.h"

#define MANUAL_LARGEST (256 * KIB)
#define PATHS_LARGEST 256

/* Pages are files (server/pages), and so in no table. */
static const char *const pages[] = { "/", "/metadata/", "/policy/", "/ledger/", "/anchors/", "/enrol/", "/login/",
	"/consent/", "/account/", "/app/", "/card/", "/desk/" };
static const struct route *const tables[] = { registry_routes, policy_routes, authzen_routes, token_routes, jpki_routes,
	disclosure_routes, ledger_routes, ops_routes, login_routes, related_origin_routes, enrol_routes, card_routes,
	account_routes, authenticator_routes, app_routes, desk_routes, oidc_routes,
	sign_on_routes };

static struct arena arena;

static struct span
read_text(const char *name)
{
	struct buffer file = buffer_init(MANUAL_LARGEST);
	const char *top = getenv("top_srcdir");
	struct problem why = { .code = OK };
	struct span text;

	expect_ok(name, file_read(arena_print(&arena, "%s/%s", top ? top : ".", name), &file, &why), &why);
	text = arena_copy(&arena, buffer_span(&file));
	buffer_release(&file);
	return text;
}

/* "/v1/policy/{id}/note" becomes "/v1/policy/{}/note", and so does what the manual has:
 * "/v1/policy/ Ns Ar framework@version Ns Pa /note". */
static const char *
route_path(const char *path)
{
	struct buffer b = buffer_init(KIB);
	const char *out;
	bool inside = false;

	for (; *path; path++) {
		if (*path == '{')
			buffer_text(&b, "{}");
		inside = *path == '{' || (inside && *path != '}');
		if (!inside && *path != '}')
			buffer_byte(&b, (uint8_t)*path);
	}
	out = arena_text(&arena, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static const char *
manual_path(struct span line)
{
	struct buffer b = buffer_init(KIB);
	const char *out;

	while (line.size) {
		struct span word = span_cut(&line, ' ');

		if (span_is(word, "Ar")) {
			span_cut(&line, ' ');
			buffer_text(&b, "{}");
		} else if (!span_is(word, "Ns") && !span_is(word, "Pa")) {
			buffer_add(&b, word);
		}
	}
	out = arena_text(&arena, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static bool
holds(const char *const *paths, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(paths[i], path) == 0)
			return true;
	return false;
}

/* Those of the section URLS. */
static size_t
manual_paths(const char **out)
{
	struct span text = read_text("server/daemon/watashid.8");
	bool within = false;
	size_t count = 0;

	while (text.size) {
		struct span line = span_cut(&text, '\n');

		if (span_starts(line, ".Sh "))
			within = span_is(line, ".Sh URLS");
		if (!within || !span_starts(line, ".It Pa "))
			continue;
		assert_true(count < PATHS_LARGEST);
		out[count++] = manual_path(span_skip(line, sizeof(".It Pa ") - 1));
	}
	return count;
}

static size_t
route_paths(const char **out)
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tables); i++)
		for (const struct route *route = tables[i]; route->path; route++) {
			assert_true(count < PATHS_LARGEST);
			out[count++] = route_path(route->path);
		}
	for (size_t i = 0; i < COUNT(pages); i++)
		out[count++] = pages[i];
	return count;
}

static void
every_url_stands_in_the_manual(void **state)
{
	const char *told[PATHS_LARGEST], *served[PATHS_LARGEST + COUNT(pages)];
	size_t told_count = manual_paths(told), served_count = route_paths(served);

	(void)state;
	expect_true("there is something to compare", told_count > 30);
	for (size_t i = 0; i < served_count; i++)
		/* With and without the slash it is one page, and one line. */
		if (strcmp(served[i], "/members/") != 0)
			expect_true(arena_print(&arena, "%s is served, and told", served[i]), holds(told, told_count,
			    served[i]));
	for (size_t i = 0; i < told_count; i++) {
		expect_true(arena_print(&arena, "%s is told, and served", told[i]), holds(served, served_count,
		    told[i]));
		expect_true(arena_print(&arena, "%s is told once", told[i]), !holds(told, i, told[i]));
	}
}

/* Names of the list behind a line of the manual, up to the end of that list. */
static size_t
listed_after(const char *manual, const char *line, const char **out)
{
	struct span text = read_text(manual);
	bool within = false;
	size_t count = 0;

	while (text.size) {
		struct span at = span_cut(&text, '\n'), rest;

		if (!within || !span_is(at, ".El")) {
			within = within || span_is(at, line);
			if (!within || !span_starts(at, ".It Cm "))
				continue;
			for (rest = span_skip(at, sizeof(".It Cm ") - 1); rest.size;) {
				struct span word = span_cut(&rest, ' ');

				if (!span_is(word, ","))
					out[count++] = arena_text(&arena, word);
			}
			continue;
		}
		break;
	}
	return count;
}

static void
what_a_list_tells_is_in_the_schema(const char *definition, const char *line)
{
	struct span text = read_text("schemas/authzen.schema.json");
	json_t *schema = json_loadb((const char *)text.data, text.size, 0, NULL), *properties, *value;
	const char *told[PATHS_LARGEST], *name;
	size_t count = listed_after("server/front/authzen/watashi-authzen.7", line, told);

	expect_true("the schema is JSON", schema != NULL);
	properties = json_object_get(json_object_get(json_object_get(schema, "$defs"), definition), "properties");
	expect_true("the schema has the definition", json_object_size(properties) > 0);
	for (size_t i = 0; i < count; i++)
		expect_true(arena_print(&arena, "%s: %s is told, and described", definition, told[i]),
		    json_object_get(properties, told[i]) != NULL);
	json_object_foreach(properties, name, value)
		expect_true(arena_print(&arena, "%s: %s is described, and told", definition, name), holds(told, count,
		    name));
	json_decref(schema);
}

static void
questions_and_answers_are_told_as_their_schema_has_them(void **state)
{
	(void)state;
	what_a_list_tells_is_in_the_schema("questionContext", "Members of the context:");
	what_a_list_tells_is_in_the_schema("answerContext", ".Sh AN ANSWER");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_url_stands_in_the_manual),
		cmocka_unit_test(questions_and_answers_are_told_as_their_schema_has_them),
	};
	int failed;

	arena = arena_init(16 * MIB);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	return failed;
}
