/* tests/registry/test_validation.c - real federations' entities held against the rules: how many break which, as
 * RULES.md tells; and that those that break none are what the schemas allow. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/text.h"
#include "crypto/certificate.h"
#include "registry/assemble.h"
#include "registry/key_look.h"
#include "registry/rule.h"
#include "registry/validation.h"

#define NOW "2026-11-22T06:00:00Z"
#define SCHEMAS "/usr/share/xml"

static char *
file_text(const char *path, size_t *size)
{
	FILE *f = fopen(path, "r");
	char *text;

	if (!f)
		return NULL;
	text = calloc(1, 64 * MIB);
	assert_non_null(text);
	*size = fread(text, 1, 64 * MIB - 1, f);
	fclose(f);
	return text;
}

struct world {
	char *text;
	struct arena arena;
	struct metadata metadata;
	struct validator *validator;
	struct instant now;
};

/* Whatever the entities say of themselves is believed, so that there is something to find. */
static const struct metadata_terms believing = { .believe_registration = true, .believe_categories = true };
static const struct metadata_terms ours;

static struct world
world_of(const struct metadata_terms *terms)
{
	const struct validation_settings settings = { .schemas = SCHEMAS };
	const char *top = getenv("top_srcdir");
	struct world w = { .arena = arena_init(METADATA_ARENA) };
	struct problem why = { 0 };
	char path[4096];
	size_t size = 0;

	snprintf(path, sizeof(path), "%s/../shared/data/registry/real-merged-scrubbed.xml", top ? top : ".");
	w.text = file_text(path, &size);
	if (!w.text) {
		print_message("skipped: %s is not there\n", path);
		skip();
	}
	if (validator_new(&settings, &w.validator, &why) == ERR_NOT_FOUND) {
		print_message("skipped: %s\n", why.text);
		free(w.text);
		skip();
	}
	assert_true(instant_read(span_text(NOW), &w.now));
	expect_ok("the real file is read",
	    metadata_read(&w.arena, span_of(w.text, size), terms, w.now, &w.metadata, &why), &why);
	return w;
}

static void
world_release(struct world *w)
{
	validator_free(w->validator);
	arena_release(&w->arena);
	free(w->text);
}

static void
describe(const struct metadata_entity *e, struct instant now, struct entity *entity, struct fragment *fragment)
{
	*entity = (struct entity){ .entity_id = e->entity_id, .roles = e->roles, .prefixes = e->prefixes,
	    .registered = now };
	*fragment = (struct fragment){ .registration = e->registration, .extensions = e->extensions,
		.attributes_at = e->attributes_at, .attributes = e->attributes, .content = e->content };
}

static bool
validate(struct world *w, struct arena *arena, const struct metadata_entity *e, struct rule_finding **found,
    size_t *count)
{
	struct validation_subject subject = { .now = w->now, .claimed = e->claimed, .claimed_count = e->claimed_count };
	struct fragment fragment;
	struct entity entity;

	describe(e, w->now, &entity, &fragment);
	subject.entity = &entity;
	subject.fragment = &fragment;
	return validate_entity(w->validator, arena, &subject, found, count);
}

struct tally {
	unsigned entities[RULES_LARGEST], elements[RULES_LARGEST], refused;
};

static void
count(struct tally *t, const struct rule_finding *found, size_t size)
{
	for (size_t i = 0; rules[i].id; i++) {
		unsigned elements = 0;

		for (size_t n = 0; n < size; n++)
			elements += span_is(found[n].rule, rules[i].id);
		t->elements[i] += elements;
		t->entities[i] += elements > 0;
	}
}

static struct tally
tally_of(struct world *w)
{
	struct tally t = { .refused = 0 };

	for (size_t i = 0; i < w->metadata.entity_count; i++) {
		struct arena arena = arena_init(MIB);
		struct rule_finding *found;
		size_t size;

		t.refused += !validate(w, &arena, &w->metadata.entities[i], &found, &size);
		expect_true("an entity's findings stay in their room", arena.used <= FINDINGS_ARENA);
		count(&t, found, size);
		arena_release(&arena);
	}
	return t;
}

/* `| rule | level | source | what would be right | entities | elements |` */
static bool
has_row(const char *document, size_t rule, const struct tally *t)
{
	const struct rule *r = &rules[rule];
	char row[2000];

	snprintf(row, sizeof(row), "\n| `%s` | %s%s%s | %s | %s | %u | %u |\n", r->id, finding_level_name(r->level),
	    r->error_from ? ", error from " : "", r->error_from ? r->error_from : "", r->clause, r->right_en,
	    t->entities[rule], t->elements[rule]);
	if (strstr(document, row))
		return true;
	print_error("expected in RULES.md:%s", row);
	return false;
}

static void
real_entities_break_rules_as_the_document_tells(void **state)
{
	const char *top = getenv("top_srcdir");
	struct world w = world_of(&believing);
	struct tally t = tally_of(&w), claims;
	char path[4096];
	char *document;
	size_t size, claim_rule = 0, missing = 0;

	(void)state;
	expect_number("one is refused while it is read", w.metadata.refusal_count, 1);
	expect_number("the others are validated", w.metadata.entity_count, 1519);
	expect_number("about one in a hundred is refused", t.refused, 18);
	world_release(&w);

	/* What is believed is no claim. */
	w = world_of(&ours);
	claims = tally_of(&w);
	while (strcmp(rules[claim_rule].id, "registry.claim-not-believed") != 0)
		claim_rule++;
	t.entities[claim_rule] = claims.entities[claim_rule];
	t.elements[claim_rule] = claims.elements[claim_rule];
	expect_number("with our own words the same are refused", claims.refused, t.refused);
	world_release(&w);

	snprintf(path, sizeof(path), "%s/server/registry/RULES.md", top ? top : ".");
	document = file_text(path, &size);
	assert_non_null(document);
	for (size_t i = 0; rules[i].id; i++)
		missing += !has_row(document, i, &t);
	expect_number("RULES.md tells what real entities break", missing, 0);
	free(document);
}

static void
what_passes_is_a_valid_set(void **state)
{
	static const struct publish_settings settings = { .registration_authority = "https://r.example/",
		.registration_policy = "https://r.example/policy", .publisher = "https://r.example/" };
	struct world w = world_of(&ours);
	struct buffer set = buffer_init(64 * MIB);
	struct xsd_error errors[XSD_ERRORS];
	struct arena arena = arena_init(4 * MIB);
	struct xsd *xsd = NULL;
	struct problem why;
	size_t passed = 0;

	(void)state;
	buffer_text(&set, "<md:EntitiesDescriptor");
	for (const struct context_namespace *n = metadata_context; n->prefix; n++)
		buffer_print(&set, " xmlns:%s=\"%s\"", n->prefix, n->uri);
	buffer_text(&set, ">");
	for (size_t i = 0; i < w.metadata.entity_count; i++) {
		struct rule_finding *found;
		struct fragment fragment;
		struct entity entity;
		size_t size;

		arena_reset(&arena);
		if (!validate(&w, &arena, &w.metadata.entities[i], &found, &size))
			continue;
		describe(&w.metadata.entities[i], w.now, &entity, &fragment);
		assemble_member(&set, &settings, &entity, &fragment);
		passed++;
	}
	buffer_text(&set, "</md:EntitiesDescriptor>");
	assert_false(set.overflowed);
	arena_reset(&arena);
	expect_ok("the schemas compile", xsd_new(SCHEMAS, &xsd, &why), &why);
	if (xsd_validate(xsd, &arena, buffer_span(&set), errors) > 0)
		expect_span(errors[0].at.size ? "in an element" : "at the root", errors[0].text, "");
	expect_number("all that passed are in it", passed, 1501);
	xsd_free(xsd);
	buffer_release(&set);
	arena_release(&arena);
	world_release(&w);
}

static void
validation_is_quick(void **state)
{
	struct world w = world_of(&ours);
	int64_t began = clock_monotonic(), took;

	(void)state;
	tally_of(&w);
	took = clock_monotonic() - began;
	print_message("validation.real_entities_s %.3f\n", (double)took / (double)SECONDS(1));
	/* Generous: tests run beside each other, and under sanitizers. */
	expect_true("1,519 entities take a moment", took < SECONDS(20));
	world_release(&w);
}

/* Our own short look at certificates against the library's. */
static void
certificates_look_as_the_library_reads_them(void **state)
{
	struct world w = world_of(&ours);
	size_t certificates = 0;

	(void)state;
	for (size_t i = 0; i < w.metadata.entity_count; i++) {
		struct arena arena = arena_init(METADATA_FRAGMENT * 8);
		struct span rest = w.metadata.entities[i].content;
		const uint8_t *start, *end;

		while (rest.size && (start = memmem(rest.data, rest.size, "<ds:X509Certificate>", 20))) {
			struct certificate_facts facts;
			struct key_look look;
			struct span der;
			uint8_t *packed;
			size_t size = 0;
			enum err err;

			rest = span_skip(rest, (size_t)(start - rest.data) + 20);
			end = memchr(rest.data, '<', rest.size);
			packed = arena_take(&arena, (size_t)(end - rest.data));
			for (const uint8_t *c = rest.data; c < end; c++)
				if (*c > ' ')
					packed[size++] = *c;
			assert_true(base64_read(&arena, span_of(packed, size), &der));
			look = key_look_at(der);
			err = certificate_read(der, &arena, &facts, NULL);
			expect_number("both can read it or neither", look.readable, err == OK);
			if (err == OK)
				expect_number("and say when it ends", look.until.us, facts.until.us);
			certificates++;
		}
		arena_release(&arena);
	}
	expect_number("every certificate was looked at", certificates, 2138);
	world_release(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_entities_break_rules_as_the_document_tells),
		cmocka_unit_test(what_passes_is_a_valid_set),
		cmocka_unit_test(validation_is_quick),
		cmocka_unit_test(certificates_look_as_the_library_reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
