/* tests/assurance/test_oscal.c - OSCAL documents keep OSCAL's structural rules.
 *
 * NIST's JSON schema itself is not run here: no package registry has it. The rules are what it says of the objects we
 * write (read in 1.1.3): their members, tokens, lines, uuids of version 4 or 5, nothing empty; and what it cannot say:
 * ids are unique, links lead somewhere.
 */
#include "assurance/oscal.h"

#include <stdlib.h>

#include "base/file.h"
#include "policy_text.h"

struct seen {
	json_t *ids, *uuids, *params;
	json_t *links; /* "#UUID" that must lead to a resource */
};

static bool
is_token(const char *text)
{
	if (!((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z') || text[0] == '_'))
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == strlen(text);
}

static bool
is_uuid(const char *text)
{
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !text[i] || !strchr("0123456789abcdef", text[i]))
			return false;
	}
	return text[36] == 0 && strchr("45", text[14]) && strchr("89ab", text[19]);
}

/* OSCAL's string: neither begins nor ends with a blank, has no line break, and is not empty. */
static bool
is_line(const char *text)
{
	return text[0] && !strchr(" \t", text[0]) && !strchr(" \t", text[strlen(text) - 1]) && !strpbrk(text, "\r\n");
}

/* All members are among these; those before "|" must be there. */
static void
expect_members(const char *what, json_t *object, const char *required, const char *allowed)
{
	const char *key;
	json_t *value;
	struct span names = span_text(required);

	while (names.size) {
		struct span name = span_cut(&names, ' ');

		if (!json_object_getn(object, (const char *)name.data, name.size))
			print_error("%s lacks %.*s\n", what, SPAN_ARGS(name));
		expect_true(what, json_object_getn(object, (const char *)name.data, name.size) != NULL);
	}
	json_object_foreach(object, key, value) {
		bool known = false;

		names = span_text(allowed);
		while (names.size && !known)
			known = span_is(span_cut(&names, ' '), key);
		names = span_text(required);
		while (names.size && !known)
			known = span_is(span_cut(&names, ' '), key);
		if (!known)
			print_error("%s has %s\n", what, key);
		expect_true(what, known);
		/* Arrays of OSCAL have at least one item, texts are never empty. */
		expect_true(what, !json_is_array(value) || json_array_size(value) > 0);
		expect_true(what, !json_is_string(value) || json_string_length(value) > 0);
	}
}

static const char *
text_of(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static void
expect_once(const char *what, json_t *seen, const char *id)
{
	if (json_object_get(seen, id))
		print_error("%s twice\n", id);
	expect_true(what, !json_object_get(seen, id));
	json_object_set_new(seen, id, json_true());
}

static void
props_keep_the_rules(json_t *object)
{
	json_t *prop;
	size_t i;

	json_array_foreach(json_object_get(object, "props"), i, prop) {
		const char *value = text_of(prop, "value");

		expect_members("a property", prop, "name value", "uuid ns class group remarks");
		expect_true("a property's name is a token", is_token(text_of(prop, "name")));
		expect_true("a value is a line", is_line(value));
		expect_true("a namespace is a URI", !json_object_get(prop, "ns") || strchr(text_of(prop, "ns"), ':'));
	}
}

static void
parts_keep_the_rules(struct seen *seen, json_t *parts)
{
	json_t *part;
	size_t i;

	json_array_foreach(parts, i, part) {
		expect_members("a part", part, "id name", "ns class title props prose parts links");
		expect_true("a part's id is a token", is_token(text_of(part, "id")));
		expect_true("a part's name is a token", is_token(text_of(part, "name")));
		expect_once("a part's id is its own", seen->ids, text_of(part, "id"));
		props_keep_the_rules(part);
		if (json_object_get(part, "parts"))
			parts_keep_the_rules(seen, json_object_get(part, "parts"));
	}
}

static void
control_keeps_the_rules(struct seen *seen, json_t *control)
{
	json_t *one, *value;
	size_t i, j;

	expect_members("a control", control, "id title", "class params props links parts controls");
	expect_true("a control's id is a token", is_token(text_of(control, "id")));
	expect_once("a control's id is its own", seen->ids, text_of(control, "id"));
	props_keep_the_rules(control);
	parts_keep_the_rules(seen, json_object_get(control, "parts"));
	json_array_foreach(json_object_get(control, "params"), i, one) {
		expect_members("a parameter", one, "id",
		    "class depends-on props links label usage constraints guidelines values select remarks");
		expect_true("a parameter's id is a token", is_token(text_of(one, "id")));
		expect_once("a parameter's id is its own", seen->params, text_of(one, "id"));
		json_array_foreach(json_object_get(one, "values"), j, value)
			expect_true("a parameter's value is a line", is_line(json_string_value(value)));
	}
	json_array_foreach(json_object_get(control, "links"), i, one) {
		expect_members("a link", one, "href", "rel media-type resource-fragment text");
		expect_true("what a link is for is a token", is_token(text_of(one, "rel")));
		json_array_append(seen->links, json_object_get(one, "href"));
	}
}

static void
groups_keep_the_rules(struct seen *seen, json_t *groups)
{
	json_t *group, *control;
	size_t i, j;

	json_array_foreach(groups, i, group) {
		expect_members("a group", group, "id title", "class params props links parts groups controls");
		expect_true("a group's id is a token", is_token(text_of(group, "id")));
		expect_once("a group's id is its own", seen->ids, text_of(group, "id"));
		expect_true("groups or controls, not both", !json_object_get(group, "groups") || !json_object_get(group,
		    "controls"));
		props_keep_the_rules(group);
		if (json_object_get(group, "parts"))
			parts_keep_the_rules(seen, json_object_get(group, "parts"));
		if (json_object_get(group, "groups"))
			groups_keep_the_rules(seen, json_object_get(group, "groups"));
		json_array_foreach(json_object_get(group, "controls"), j, control)
			control_keeps_the_rules(seen, control);
	}
}

static void
root_keeps_the_rules(struct seen *seen, json_t *root)
{
	json_t *metadata = json_object_get(root, "metadata"), *resource, *link;
	struct instant at;
	size_t i, j;

	expect_members("metadata", metadata, "title last-modified version oscal-version",
	    "published revisions document-ids props links roles locations parties responsible-parties actions remarks");
	expect_true("last-modified has a time and a zone", instant_read(span_text(text_of(metadata, "last-modified")),
	    &at));
	props_keep_the_rules(metadata);
	expect_true("its uuid is of version 4 or 5", is_uuid(text_of(root, "uuid")));
	json_array_foreach(json_object_get(json_object_get(root, "back-matter"), "resources"), i, resource) {
		expect_members("a resource", resource, "uuid",
		    "title description props document-ids citation rlinks base64 remarks");
		expect_true("a resource's uuid", is_uuid(text_of(resource, "uuid")));
		expect_once("a resource's uuid is its own", seen->uuids, text_of(resource, "uuid"));
		json_array_foreach(json_object_get(resource, "rlinks"), j, link)
			expect_members("a resource's link", link, "href", "media-type hashes");
		props_keep_the_rules(resource);
	}
	json_array_foreach(seen->links, i, link)
		expect_true("a link leads to a resource", json_string_value(link)[0] == '#' &&
		    json_object_get(seen->uuids, json_string_value(link) + 1) != NULL);
}

static struct seen
seen_new(void)
{
	return (struct seen){ json_object(), json_object(), json_object(), json_array() };
}

static void
seen_free(struct seen *s)
{
	json_decref(s->ids);
	json_decref(s->uuids);
	json_decref(s->params);
	json_decref(s->links);
}

static json_t *
written(struct span text, const char *kind)
{
	json_t *whole = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL), *root;

	expect_true("it is JSON", whole != NULL);
	expect_members("a document", whole, kind, "");
	root = json_incref(json_object_get(whole, kind));
	json_decref(whole);
	return root;
}

static json_t *
catalog_of(const struct framework *f)
{
	struct buffer b = buffer_init(OSCAL_LARGEST);
	json_t *root;

	oscal_catalog_write(&b, f);
	root = written(buffer_span(&b), "catalog");
	buffer_release(&b);
	return root;
}

static json_t *
profile_of(const struct framework *f, const char *id)
{
	struct buffer b = buffer_init(OSCAL_LARGEST);
	json_t *root;

	oscal_profile_write(&b, f, profile_find(f, span_text(id)));
	root = written(buffer_span(&b), "profile");
	buffer_release(&b);
	return root;
}

static void
a_catalog_keeps_the_rules(void **state)
{
	struct arena a = arena_init(64 * MIB);
	const struct framework *f = policy_text_framework(&a);
	json_t *catalog = catalog_of(f);
	struct seen seen = seen_new();
	const char *key;
	json_t *value;
	size_t criteria = 0;

	(void)state;
	expect_members("a catalog", catalog, "uuid metadata", "params controls groups back-matter");
	groups_keep_the_rules(&seen, json_object_get(catalog, "groups"));
	root_keeps_the_rules(&seen, catalog);
	json_object_foreach(seen.ids, key, value)
		criteria += criterion_find(f, span_text(key)) >= 0;
	expect_number("every criterion is a control", criteria, f->criterion_count);
	expect_true("a parameter is there", json_object_get(seen.params, "token-2_prm_max-age") != NULL);
	seen_free(&seen);
	json_decref(catalog);
	arena_release(&a);
}

/* The ids that a profile takes, in one text. */
static const char *
taken(struct arena *a, json_t *profile)
{
	json_t *import = json_array_get(json_object_get(profile, "imports"), 0), *id;
	json_t *with = json_object_get(json_array_get(json_object_get(import, "include-controls"), 0), "with-ids");
	const char *text = "";
	size_t i;

	json_array_foreach(with, i, id)
		text = arena_print(a, "%s%s%s", text, i ? " " : "", json_string_value(id));
	return text;
}

static const struct {
	const char *title, *profile, *controls, *parameter, *value;
} profiles[] = {
	{ "a composed level is handed down to its parts", "bank",
	    "number-0 person-1 person-2 token-1 token-2 token-3 session-1 session-2 session-3", NULL, NULL },
	{ "levels above are not taken, and those of every level are", "login",
	    "number-0 token-1 token-2 session-1 session-2", NULL,
	    NULL },
	{ "what is left out is not taken, and its own value is set", "lax", "token-1 token-2", "token-2_prm_max-age",
	    "1 day" },
};

static void
a_profile_keeps_the_rules(void **state)
{
	struct arena a = arena_init(64 * MIB);
	const struct framework *f = policy_text_framework(&a);

	(void)state;
	for (size_t i = 0; i < COUNT(profiles); i++) {
		json_t *profile = profile_of(f, profiles[i].profile), *set, *import;
		struct seen seen = seen_new();

		expect_members("a profile", profile, "uuid metadata imports", "merge modify back-matter");
		import = json_array_get(json_object_get(profile, "imports"), 0);
		expect_members("an import", import, "href", "include-all include-controls exclude-controls");
		json_array_append(seen.links, json_object_get(import, "href"));
		root_keeps_the_rules(&seen, profile);
		expect_text(profiles[i].title, taken(&a, profile), profiles[i].controls);
		set = json_array_get(json_object_get(json_object_get(profile, "modify"), "set-parameters"), 0);
		expect_text(profiles[i].title, text_of(set, "param-id"), profiles[i].parameter ? profiles[i].parameter :
		    "");
		if (profiles[i].value)
			expect_text(profiles[i].title, json_string_value(json_array_get(json_object_get(set, "values"),
			    0)),
			    profiles[i].value);
		seen_free(&seen);
		json_decref(profile);
	}
	arena_release(&a);
}

/* Real criteria have what the small policy has not, such as parameters of a criterion that they refer to. */
static void
what_is_shipped_keeps_the_rules(void **state)
{
	static const char *const versions[] = { "ds-511/1.0", "eidas-2015-1502/1.0", "jp-idtf/1.0", "nist-800-63-4/1.0",
		"refeds-raf-2/1.0" };
	const char *top = getenv("top_srcdir");
	struct arena a = arena_init(GIB);
	struct buffer text = buffer_init(DICTIONARY_LARGEST);
	const struct dictionary *d;
	struct problem why = { 0 };

	(void)state;
	top = top ? top : ".";
	expect_ok("the dictionary", file_read(arena_print(&a, "%s/policy/facts.json", top), &text, &why), &why);
	expect_ok("the dictionary", dictionary_read(&a, "facts.json", buffer_span(&text), &d, &why), &why);
	for (size_t i = 0; i < COUNT(versions); i++) {
		const struct framework *f;
		struct policy_files files;
		struct seen seen = seen_new();
		json_t *catalog;

		expect_ok(versions[i], policy_files_read(&a, arena_print(&a, "%s/policy/%s", top, versions[i]), &files,
		    &why), &why);
		expect_ok(versions[i], framework_read(&a, &files, d, false, &f, &why), &why);
		catalog = catalog_of(f);
		groups_keep_the_rules(&seen, json_object_get(catalog, "groups"));
		root_keeps_the_rules(&seen, catalog);
		for (size_t n = 0; n < f->profile_count; n++) {
			json_t *profile = profile_of(f, arena_text(&a, f->profiles[n].id));

			expect_members(versions[i], profile, "uuid metadata imports", "merge modify back-matter");
			json_decref(profile);
		}
		seen_free(&seen);
		json_decref(catalog);
	}
	buffer_release(&text);
	arena_release(&a);
}

static void
a_version_always_gives_the_same_file(void **state)
{
	struct arena a = arena_init(64 * MIB);
	struct framework other = *policy_text_framework(&a);
	json_t *first = catalog_of(&other), *second = catalog_of(&other), *third;

	(void)state;
	expect_true("the same version, the same file", json_equal(first, second));
	other.digest = span_text("another digest of 32 bytes, all ");
	third = catalog_of(&other);
	expect_true("another version, another uuid", strcmp(text_of(first, "uuid"), text_of(third, "uuid")) != 0);
	json_decref(first);
	json_decref(second);
	json_decref(third);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_catalog_keeps_the_rules),
		cmocka_unit_test(a_profile_keeps_the_rules),
		cmocka_unit_test(what_is_shipped_keeps_the_rules),
		cmocka_unit_test(a_version_always_gives_the_same_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
