/* tests/registry/test_generations.c - what comes into force together, what first, and what a crash in between leaves:
 * large sets, members' lists, ends. */
#include "member_stage.h"

#include "codec/text.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define BIG 5
#define BIG_SIZE (900 * KIB)
#define SMALL "https://small.example/idp"
#define BINDING "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"

static void
add_entity(struct buffer *b, const char *id, size_t size, const char *sso)
{
	buffer_print(b, "<EntityDescriptor entityID='%s'>", id);
	if (size) {
		buffer_text(b, "<Extensions><x xmlns='urn:x'>");
		for (size_t i = 0; i < size; i += 64)
			buffer_text(b, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
		buffer_text(b, "</x></Extensions>");
	}
	buffer_print(b, "<IDPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>"
	    "<SingleSignOnService Binding='" BINDING "' Location='https://a.example/%s'/></IDPSSODescriptor>"
	    "</EntityDescriptor>", sso);
}

/* Large enough for the sets to follow; a small one among them, unless `sso` is NULL. */
static struct span
large_federation(struct stage *s, const char *sso)
{
	struct buffer b = buffer_init(16 * MIB);
	struct span text;

	buffer_text(&b, "<EntitiesDescriptor xmlns='" MD "'>");
	for (int i = 0; i < BIG; i++)
		add_entity(&b, arena_print(&s->arena, "https://big%d.example/", i), BIG_SIZE, "sso");
	if (sso)
		add_entity(&b, SMALL, 0, sso);
	buffer_text(&b, "</EntitiesDescriptor>");
	text = arena_copy(&s->arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static void
import_large(struct stage *s, const char *sso)
{
	expect_ok("it is imported", stage_import(s, "large.xml", large_federation(s, sso)), &s->why);
	expect_number("whole", s->imported.refusal_count, 0);
}

static void
publish(struct stage *s)
{
	expect_ok("it is published", stage_publish(s), &s->why);
}

static bool
contains(struct span text, const char *part)
{
	return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

static bool
finds_small(struct stage *s, uint64_t generation, struct published *out)
{
	struct entity_key key = entity_key_of(span_text(SMALL));

	return stage_find(s, arena_copy(&s->arena, span_of(key.bytes, sizeof(key.bytes))), generation, out);
}

static bool
set_says(struct stage *s, uint64_t generation, const char *part)
{
	struct published set;

	return stage_find(s, span_text(DOCUMENT_ALL), generation, &set) && contains(stage_bytes(s, &set.plain), part);
}

static void
documents_come_first_where_sets_are_large(void **state)
{
	struct published d;
	struct stage s;

	(void)state;
	stage_open(&s, 1);
	import_large(&s, "one");
	publish(&s);
	expect_number("the first publication is one generation", s.published.generation, 1);
	import_large(&s, "two");
	publish(&s);
	expect_number("a small change is two", s.published.generation, 3);
	expect_number("its document and the two sets are signed", s.published.signed_documents, 3);
	expect_true("the document in the first of them", finds_small(&s, 2, &d) &&
	    contains(d.plain.body, "a.example/two"));
	expect_true("where the set is that of before", set_says(&s, 2, "a.example/one") &&
	    !set_says(&s, 2, "a.example/two"));
	expect_true("the members' index is new", stage_find(&s, span_text(DOCUMENT_MEMBERS), 2, &d) &&
	    contains(stage_bytes(&s, &d.plain), "{\"generation\":2,"));
	expect_true("and the set in the second", set_says(&s, 3, "a.example/two"));
	expect_number("no file is left over", stage_files(&s), 4 + 4 + 2 + 2);
	publish(&s);
	expect_number("then there is nothing to do", s.published.generation, 3);
	stage_close(&s);
}

static void
what_ends_ends_in_one_generation(void **state)
{
	struct published d;
	struct stage s;

	(void)state;
	stage_open(&s, 2);
	import_large(&s, "one");
	publish(&s);
	import_large(&s, NULL);
	publish(&s);
	expect_number("one generation more", s.published.generation, 2);
	expect_true("in which it has no document", !finds_small(&s, 2, &d));
	expect_true("and is in no set", !set_says(&s, 2, SMALL) && set_says(&s, 1, SMALL));
	expect_true("and not in the index", stage_find(&s, span_text(DOCUMENT_MEMBERS), 2, &d) &&
	    !contains(stage_bytes(&s, &d.plain), SMALL));
	stage_close(&s);
}

/* A publisher that dies after the first switch leaves a publication that is whole; the next one makes the sets. */
static void
a_crash_between_the_switches_is_made_up_for(void **state)
{
	size_t between = 0;
	bool over = false;

	(void)state;
	for (size_t steps = 1; !over; steps++) {
		struct pending *run;
		struct published d;
		struct stage s;

		stage_open(&s, 300 + steps);
		import_large(&s, "one");
		publish(&s);
		import_large(&s, "two");
		run = stage_start_publish(&s, false);
		over = stage_run(&s, steps);
		if (!over)
			pending_cancel(&run);
		while (store_memory_step(s.store, s.now))
			turn_run(loop_turn(s.loop));
		if (stage_publication(&s).generation == 2) {
			between++;
			expect_true("the document is there", stage_entity_document(&s, SMALL, &d) &&
			    contains(d.plain.body, "a.example/two"));
			expect_true("the set of before is there", set_says(&s, 2, "a.example/one"));
			publish(&s);
			expect_number("the next run makes the sets", s.published.generation, 3);
			expect_number("and nothing else", s.published.signed_documents, 2);
			expect_true("which are those of now", set_says(&s, 3, "a.example/two"));
		}
		stage_close(&s);
	}
	expect_true("some died there", between > 0);
}

/* Ends of validity */

static void
nothing_is_valid_longer_than_what_it_came_with(void **state)
{
	static const char text[] = "<EntitiesDescriptor xmlns='" MD "'>"
	    "<EntityDescriptor entityID='" SMALL "'><IDPSSODescriptor protocolSupportEnumeration="
	    "'urn:oasis:names:tc:SAML:2.0:protocol'>"
	    "<SingleSignOnService Binding='" BINDING
	    "' Location='https://a.example/'/></IDPSSODescriptor></EntityDescriptor></EntitiesDescriptor>";
	struct publication p;
	struct published d;
	struct stage s;

	(void)state;
	stage_open(&s, 4);
	stage_start_import(&s, &(struct import){ .document = span_text(text), .source = "short.xml",
		.valid_until = { s.now.us + SECONDS(3600) + 7 } });
	stage_run(&s, 0);
	expect_ok("it is imported", s.err, &s.why);
	publish(&s);
	expect_true("its document", stage_entity_document(&s, SMALL, &d));
	expect_true("ends with it", d.valid_until.us == s.now.us + SECONDS(3600));
	expect_true("and says so", contains(d.plain.body, " validUntil=\"2026-11-22T13:00:00Z\""));
	expect_true("no cache keeps it longer", contains(d.plain.fields, "max-age=3600\r\n") &&
	    contains(d.plain.body, " cacheDuration=\"PT1H\""));
	p = stage_publication(&s);
	expect_true("the publication lives on", p.valid_until.us == s.now.us + s.settings.valid_for);
	expect_true("and is looked at again then", p.refresh_at.us == d.valid_until.us);
	s.now.us += SECONDS(1800);
	publish(&s);
	expect_number("until then there is nothing to do", s.published.generation, 1);
	s.now = p.refresh_at;
	publish(&s);
	expect_number("then it goes", s.published.generation, 2);
	expect_true("from everywhere", !stage_entity_document(&s, SMALL, &d) &&
	    !stage_document(&s, span_text(DOCUMENT_ALL), &d) && stage_publication(&s).entities == 0);
	stage_close(&s);
}

/* Members */

static const char *
payload_of(struct stage *s, const struct published *signed_list)
{
	struct span token = stage_bytes(s, &signed_list->plain), payload;

	span_cut(&token, '.');
	expect_true("the payload is base64url", base64url_read(&s->arena, span_cut(&token, '.'), &payload));
	expect_true("with a signature behind it", token.size == 86); /* ECDSA P-256 */
	return arena_text(&s->arena, payload);
}

static bool
lists_name(struct stage *s, uint64_t generation, const char *part)
{
	struct published list, signed_list, index;
	bool found;

	expect_true("there is a trusted list", stage_find(s, span_text(DOCUMENT_TRUSTED_LIST), generation, &list));
	expect_true("and the same signed", stage_find(s, span_text(DOCUMENT_TRUSTED_LIST_SIGNED), generation,
	    &signed_list));
	expect_true("and an index", stage_find(s, span_text(DOCUMENT_MEMBERS), generation, &index));
	expect_span("the signed one says the same", stage_bytes(s, &list.plain), payload_of(s, &signed_list));
	found = contains(stage_bytes(s, &list.plain), part);
	return found;
}

static void
lists_are_switched_with_the_documents(void **state)
{
	static const struct stage_member city = { .id = "city", .entities = { "https://city.example.jp/sp" } };
	static const struct stage_member town = { .id = "town", .entities = { "https://town.example.jp/sp" },
		.name = "Town" };
	struct member_stage m;
	struct stage *s = &m.stage;
	struct published d;

	(void)state;
	member_stage_open(&m, 5);
	stage_publish_lists(s);
	publish(s);
	expect_true("a list of nobody is a list too", !lists_name(s, 1, "city"));
	stage_approved(&m, &city);
	stage_approved(&m, &town);
	s->now.us += SECONDS(60);
	publish(s);
	expect_number("a generation for both", s->published.generation, 2);
	expect_true("in the list", lists_name(s, 2, "https://city.example.jp/sp") && lists_name(s, 2,
	    "https://town.example.jp/sp"));
	expect_true("that is numbered after its generation", lists_name(s, 2, "\"LoTESequenceNumber\":2,"));
	expect_true("in the metadata", stage_entity_document(s, "https://city.example.jp/sp", &d));

	expect_true("the JSON list", stage_document(s, span_text(DOCUMENT_TRUSTED_LIST), &d));
	expect_true("has its type", contains(d.plain.fields, "Content-Type: application/json\r\n"));
	expect_true("varies with the coding only", contains(d.plain.fields, "Vary: Accept-Encoding\r\n"));
	expect_true("ends when it says it will be renewed", contains(stage_bytes(s, &d.plain),
	    "\"NextUpdate\":\"2026-12-06T12:01:00Z\""));
	expect_true("the signed list", stage_document(s, span_text(DOCUMENT_TRUSTED_LIST_SIGNED), &d));
	expect_true("has its type", contains(d.gzip.fields, "Content-Type: application/jose\r\n") &&
	    contains(d.gzip.fields, "Content-Encoding: gzip\r\n"));

	stage_step(&m, "uid:1", MEMBER_SUSPEND, "city", (struct span){ 0 }, "an audit found a leak");
	publish(s);
	expect_number("a suspension is one generation", s->published.generation, 3);
	expect_true("gone from the list", !lists_name(s, 3, "https://city.example.jp/sp") && lists_name(s, 3,
	    "https://town.example.jp/sp"));
	expect_true("and from the metadata", !stage_entity_document(s, "https://city.example.jp/sp", &d));
	expect_true("where it is still in the one before", lists_name(s, 2, "https://city.example.jp/sp"));
	expect_true("the index knows why it is not listed", stage_document(s, span_text(DOCUMENT_MEMBERS), &d) &&
	    contains(stage_bytes(s, &d.plain), "\"suspended\""));
	publish(s);
	expect_number("then there is nothing to do", s->published.generation, 3);
	s->now.us = stage_publication(s).refresh_at.us + SECONDS(1);
	publish(s);
	expect_true("lists are renewed in time", lists_name(s, 4, "\"LoTESequenceNumber\":4,"));
	member_stage_close(&m);
}

static void
on_put(void *arg, const struct committed *c)
{
	(void)arg;
	expect_number("the row is written", c->code, OK);
}

/* The member with another record than any rule would let in, and so many changes behind it. */
static void
put_record(struct stage *s, const char *id, struct span record, uint32_t changes)
{
	struct buffer b = buffer_init(4 * MIB);
	struct unit *unit = unit_new(&s->arena, s->store->tables, id_new(s->now));
	struct stage_look look = stage_load(s, (struct ask){ .table = &member_table, .from = span_text(id) });
	struct member member;

	expect_true("it is a member", look.count == 1 && member_read(look.rows[0].value, &member));
	member.record = record;
	member.events = changes;
	for (uint32_t i = 0; i < changes; i++)
		unit_put(unit, &member_event_table, member_event_key(&s->arena, span_text(id), i + 1),
		    span_text(arena_print(&s->arena, "{\"standing\":\"%s\",\"at\":\"2026-01-01T00:00:00Z\"}",
		        standing_name(i % 2 ? STANDING_SUSPENDED : STANDING_APPROVED))));
	member_write(&b, &member);
	unit_put(unit, &member_table, span_text(id), buffer_span(&b));
	store_commit(s->store, unit, on_put, s);
	while (store_memory_step(s->store, s->now))
		turn_run(loop_turn(s->loop));
	buffer_release(&b);
}

/* Each of its certifications stands with each of its services. */
static struct span
certified_record(struct stage *s, const char *id, int entities, int certifications)
{
	struct buffer b = buffer_init(2 * MIB);
	struct span record;

	buffer_print(&b, "{\"id\":\"%s\",\"name\":{\"ja\":\"市\",\"en\":\"City\"},\"kind\":\"public\",\"contacts\":"
	    "[{\"type\":\"technical\",\"given_name\":\"Office\",\"email\":\"a@city.example.jp\"}],\"certifications\":[",
	    id);
	for (int i = 0; i < certifications; i++)
		buffer_print(&b, "%s{\"area\":\"privacy\",\"assessor\":\"%0*d\",\"framework\":\"jp-idtf\",\"from\":"
		    "\"2026-01-01T00:00:00Z\",\"level\":\"2\",\"until\":\"2028-01-01T00:00:00Z\",\"uri\":"
		    "\"https://a.example/%0*d\"}", i ? "," : "", 100, i, 900, i);
	buffer_text(&b, "],\"entities\":[");
	for (int i = 0; i < entities; i++)
		buffer_print(&b, "%s{\"entity_id\":\"https://%s%d.example.jp/%0*d\",\"roles\":[\"idp\",\"rp\",\"ap\"]}",
		    i ? "," : "", id, i, 900, i);
	buffer_text(&b, "]}");
	record = arena_copy(&s->arena, buffer_span(&b));
	buffer_release(&b);
	return record;
}

static void
a_member_may_have_much_to_tell(void **state)
{
	static const struct stage_member city = { .id = "city", .entities = { "https://city.example.jp/sp" } };
	static const struct stage_member town = { .id = "town", .entities = { "https://town.example.jp/sp" } };
	struct member_stage m;
	struct stage *s = &m.stage;
	struct published d;

	(void)state;
	member_stage_open(&m, 7);
	stage_publish_lists(s);
	stage_approved(&m, &city);
	stage_approved(&m, &town);
	put_record(s, "city", certified_record(s, "city", 20, 64), 0);
	publish(s);
	expect_true("more than is written at once", stage_document(s, span_text(DOCUMENT_TRUSTED_LIST), &d) &&
	    d.plain.size > 4 * MIB + 256 * KIB);
	expect_true("is there, and signed", lists_name(s, 1, "https://city19.example.jp/") &&
	    lists_name(s, 1, "https://town.example.jp/sp"));
	expect_number("nobody is left out", s->published.left_out, 0);

	put_record(s, "city", certified_record(s, "city", 64, 64), 300);
	publish(s);
	expect_true("too much leaves a member out, whole", !lists_name(s, 2, "https://city0.") &&
	    lists_name(s, 2, "https://town.example.jp/sp"));
	expect_number("and is told", s->published.left_out, 1);
	expect_number("as long as it lasts", stage_publication(s).left_out, 1);
	expect_true("it can be searched", stage_document(s, span_text(DOCUMENT_MEMBERS), &d) &&
	    contains(stage_bytes(s, &d.plain), "https://city63.example.jp/"));

	put_record(s, "city", span_text("{\"id\":7}"), 0);
	publish(s);
	expect_true("so does a record that cannot be read", !lists_name(s, 3, "https://city0.") &&
	    lists_name(s, 3, "https://town.example.jp/sp"));
	expect_number("and is told", s->published.left_out, 1);
	publish(s);
	expect_number("also when there is nothing to do", s->published.left_out, 1);
	put_record(s, "city", certified_record(s, "city", 1, 1), 0);
	publish(s);
	expect_number("until it is mended", stage_publication(s).left_out, 0);
	member_stage_close(&m);
}

static void
a_list_that_cannot_be_signed_stops_the_generation(void **state)
{
	struct member_stage m;
	struct stage *s = &m.stage;

	(void)state;
	member_stage_open(&m, 6);
	stage_publish_lists(s);
	s->settings.list_key = "other";
	expect_true("a key the signer does not have", stage_publish(s) != OK &&
	    strstr(s->why.text, "signing with key other"));
	expect_number("nothing is in force", stage_publication(s).generation, 0);
	s->settings.list_key = NULL;
	publish(s);
	expect_number("without one there is only the plain list", stage_documents(s), 2);
	member_stage_close(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_come_first_where_sets_are_large),
		cmocka_unit_test(what_ends_ends_in_one_generation),
		cmocka_unit_test(a_crash_between_the_switches_is_made_up_for),
		cmocka_unit_test(nothing_is_valid_longer_than_what_it_came_with),
		cmocka_unit_test(lists_are_switched_with_the_documents),
		cmocka_unit_test(a_member_may_have_much_to_tell),
		cmocka_unit_test(a_list_that_cannot_be_signed_stops_the_generation),
	};

	return cmocka_run_group_tests_name("generations", tests, NULL, stage_clean);
}
