/* tests/registry/test_publish.c - publications: what is made, kept, taken away; and what stops half way. */
#include "stage.h"

#include <fcntl.h>
#include <libdeflate.h>

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define BEGIN "<EntitiesDescriptor xmlns='" MD "'>"
#define END "</EntitiesDescriptor>"
#define IDP(id, inside) "<EntityDescriptor entityID='" id "'>" inside \
	"<IDPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>" \
	"<SingleSignOnService Binding='urn:b' Location='https://a.example/'/></IDPSSODescriptor></EntityDescriptor>"
#define SP(id, inside) "<EntityDescriptor entityID='" id "'>" inside \
	"<SPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>" \
	"<AssertionConsumerService Binding='urn:b' Location='https://a.example/' " \
	"index='0'/></SPSSODescriptor></EntityDescriptor>"

#define MORE "<Extensions><x xmlns='urn:x'/></Extensions>"
#define OTHER "<Extensions><y xmlns='urn:x'/></Extensions>"

#define A "https://a.example/idp"
#define B "https://b.example/sp"
#define C "https://c.example/sp?x=1&amp;y=2"
#define THREE BEGIN IDP(A, "") SP(B, "") SP(C, "") END

static void
import(struct stage *s, const char *text)
{
	expect_ok("the metadata is imported", stage_import(s, "test.xml", span_text(text)), &s->why);
	expect_number("nothing is refused", s->imported.refusal_count, 0);
}

static void
publish(struct stage *s)
{
	expect_ok("it is published", stage_publish(s), &s->why);
}

static void
expect_report(struct stage *s, const char *title, uint64_t generation, uint32_t made, uint32_t kept, uint32_t removed)
{
	expect_number(title, s->published.generation, generation);
	expect_number(title, s->published.signed_documents, made);
	expect_number(title, s->published.kept_documents, kept);
	expect_number(title, s->published.removed_documents, removed);
}

static bool
contains(struct span text, const char *part)
{
	return memmem(text.data, text.size, part, strlen(part)) != NULL;
}

static void
expect_gzip(struct stage *s, const struct published *p)
{
	struct span plain = stage_bytes(s, &p->plain), packed = stage_bytes(s, &p->gzip);
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	uint8_t *out = arena_take(&s->arena, plain.size);
	size_t used, size;

	expect_number("the gzip twin is one whole member",
	    libdeflate_gzip_decompress_ex(d, packed.data, packed.size, out, plain.size, &used, &size),
	    LIBDEFLATE_SUCCESS);
	expect_number("with nothing behind it", used, packed.size);
	expect_true("and holds the same bytes", span_equal(span_of(out, size), plain));
	libdeflate_free_decompressor(d);
}

static void
a_first_publication_has_everything(void **state)
{
	struct publication p;
	struct published d;
	struct stage s;

	(void)state;
	stage_open(&s, 1);
	import(&s, THREE);
	publish(&s);
	/* Three entities, the set of all, the set of SPs, and the lone IdP once more under its set's name. */
	expect_report(&s, "six documents are signed", 1, 6, 0, 0);
	p = stage_publication(&s);
	expect_number("three entities", p.entities, 3);
	expect_number("one identity provider", p.idps, 1);
	expect_number("two relying parties", p.rps, 2);
	expect_span("the key is named", p.key, STAGE_KEY);
	expect_true("valid as long as said", p.valid_until.us == s.now.us + s.settings.valid_for);
	expect_true("to be refreshed in time", p.refresh_at.us == p.valid_until.us - s.settings.refresh_before);

	expect_true("an entity's document", stage_entity_document(&s, A, &d));
	expect_span("says whose it is", d.entity_id, A);
	expect_true("one EntityDescriptor with an XML declaration",
	    span_starts(d.plain.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<md:EntityDescriptor xmlns:alg="));
	expect_true("that carries its registration", contains(d.plain.body,
	    "</ds:Signature><md:Extensions><mdrpi:RegistrationInfo "
	    "registrationAuthority=\"https://federation.example/\" "
	    "registrationInstant=\"2026-11-22T12:00:00Z\"><mdrpi:RegistrationPolicy xml:lang=\"en\">"
	    "https://federation.example/policy?a=1&amp;b=2</mdrpi:RegistrationPolicy></mdrpi:RegistrationInfo>"
	    "</md:Extensions>"));
	expect_true("and its validity", contains(d.plain.body,
	    " cacheDuration=\"PT6H\" entityID=\"" A "\" validUntil=\"2026-12-06T12:00:00Z\">"));
	expect_gzip(&s, &d);
	expect_true("an entity ID is escaped", stage_entity_document(&s, "https://c.example/sp?x=1&y=2", &d));
	expect_true("an entity ID is escaped", contains(d.plain.body, "entityID=\"" C "\""));

	expect_true("the set of all", stage_document(&s, span_text(DOCUMENT_ALL), &d));
	expect_true("lies in a file", d.plain.file.size > 0 && d.plain.body.size == 0);
	expect_true("one EntitiesDescriptor", span_starts(stage_bytes(&s, &d.plain),
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<md:EntitiesDescriptor xmlns:alg="));
	expect_true("that says who published it", contains(stage_bytes(&s, &d.plain),
	    "</ds:Signature><md:Extensions><mdrpi:PublicationInfo creationInstant=\"2026-11-22T12:00:00Z\" "
	    "publisher=\"https://federation.example/metadata\">"));
	expect_gzip(&s, &d);
	expect_true("the set of identity providers", stage_document(&s, span_text(DOCUMENT_IDPS), &d));
	expect_true("is the entity alone when there is one", contains(d.plain.body, "\n<md:EntityDescriptor "));
	expect_true("the set of relying parties", stage_document(&s, span_text(DOCUMENT_SPS), &d));
	expect_number("two sets and the members' index in files, each twice", stage_files(&s), 6);
	stage_close(&s);
}

static void
header_fields_are_ready_made(void **state)
{
	struct published d;
	struct stage s;
	char text[512];

	(void)state;
	stage_open(&s, 2);
	import(&s, THREE);
	publish(&s);
	expect_true("a document", stage_document(&s, span_text(DOCUMENT_ALL), &d));
	expect_true("a strong tag", d.plain.etag.size == 34 && d.plain.etag.data[0] == '"');
	expect_true("another for gzip", contains(d.gzip.etag, "-gzip\"") && !span_equal(d.plain.etag, d.gzip.etag));
	snprintf(text, sizeof(text), "Content-Type: application/samlmetadata+xml\r\nETag: %.*s\r\n"
	    "Last-Modified: Sun, 22 Nov 2026 12:00:00 GMT\r\nCache-Control: max-age=21600\r\nVary: Accept, "
	    "Accept-Encoding\r\n",
	    SPAN_ARGS(d.plain.etag));
	expect_span("the plain fields", d.plain.fields, text);
	snprintf(text, sizeof(text), "Content-Type: application/samlmetadata+xml\r\nETag: %.*s\r\n"
	    "Last-Modified: Sun, 22 Nov 2026 12:00:00 GMT\r\nCache-Control: max-age=21600\r\nVary: Accept, "
	    "Accept-Encoding\r\nContent-Encoding: gzip\r\n", SPAN_ARGS(d.gzip.etag));
	expect_span("the gzip fields", d.gzip.fields, text);
	stage_close(&s);
}

static void
only_what_changed_is_signed_again(void **state)
{
	struct published before, after, all, all_after;
	char path[512];
	struct stage s;

	(void)state;
	stage_open(&s, 3);
	import(&s, THREE);
	publish(&s);
	expect_true("the first", stage_entity_document(&s, A, &before) && stage_document(&s, span_text(DOCUMENT_ALL),
	    &all));
	s.now.us += SECONDS(60);
	publish(&s);
	expect_report(&s, "nothing changed: nothing is done", 1, 0, 6, 0);

	import(&s, BEGIN IDP(A, "") SP(B, MORE) SP(C, "") END);
	expect_number("one entity changed", s.imported.changed, 1);
	publish(&s);
	expect_report(&s, "its document and its two sets are signed", 2, 3, 3, 0);
	expect_true("the others stay", stage_entity_document(&s, A, &after));
	expect_true("the others stay", span_equal(before.plain.body, after.plain.body));
	expect_true("the set is new", stage_document(&s, span_text(DOCUMENT_ALL), &all_after));
	expect_true("the set is new", !span_equal(all.plain.etag, all_after.plain.etag));
	expect_true("a reader of the generation before still finds its set", stage_find(&s, span_text(DOCUMENT_ALL), 1,
	    &all_after));
	expect_true("and its file", stage_bytes(&s, &all_after.plain).size > 0);

	import(&s, BEGIN IDP(A, "") SP(B, OTHER) SP(C, "") END);
	/* Of the version that called them so. */
	snprintf(path, sizeof(path), "%s/set-2-all-0123456789abcdef.xml", s.generations);
	assert_int_equal(close(creat(path, 0644)), 0);
	publish(&s);
	expect_report(&s, "once more", 3, 3, 3, 0);
	expect_true("two generations later it is gone", !stage_find(&s, span_text(DOCUMENT_ALL), 1, &all_after));
	expect_number("with its files", stage_files(&s), 12);
	stage_close(&s);
}

static void
removed_entities_disappear_with_the_switch(void **state)
{
	struct published d;
	struct stage s;

	(void)state;
	stage_open(&s, 4);
	import(&s, THREE);
	publish(&s);
	import(&s, BEGIN SP(B, "") SP(C, "") END);
	expect_number("one is removed", s.imported.removed, 1);
	expect_true("it is served until the next publication", stage_entity_document(&s, A, &d));
	publish(&s);
	expect_report(&s, "its document and the set it was alone in end; the set of all is made anew", 2, 1, 3, 2);
	expect_true("the entity is gone", !stage_entity_document(&s, A, &d));
	expect_true("so is the empty set", !stage_document(&s, span_text(DOCUMENT_IDPS), &d));
	expect_true("a reader of the generation before still finds it", stage_find(&s, span_text(DOCUMENT_IDPS), 1,
	    &d));
	import(&s, BEGIN SP(B, "") END);
	publish(&s);
	expect_true("a lone entity is no set", stage_document(&s, span_text(DOCUMENT_ALL), &d));
	expect_true("a lone entity is no set", contains(d.plain.body, "\n<md:EntityDescriptor "));
	import(&s, THREE);
	publish(&s);
	expect_true("what comes back is served again", stage_entity_document(&s, A, &d));
	expect_number("no row is left that nobody needs", stage_documents(&s), 6 + 2 + 2);
	stage_close(&s);
}

static void
validity_is_renewed_in_time(void **state)
{
	struct stage s;
	struct publication p;

	(void)state;
	stage_open(&s, 5);
	import(&s, THREE);
	publish(&s);
	p = stage_publication(&s);
	s.now.us = p.refresh_at.us - SECONDS(1);
	publish(&s);
	expect_report(&s, "a second before, nothing", 1, 0, 6, 0);
	import(&s, BEGIN IDP(A, MORE) SP(B, "") SP(C, "") END);
	publish(&s);
	expect_report(&s, "a change is signed with fresh validity", 2, 3, 3, 0);
	expect_true("the oldest decides when to come back", stage_publication(&s).refresh_at.us == p.refresh_at.us);
	s.now.us = p.refresh_at.us + SECONDS(1);
	publish(&s);
	expect_report(&s, "the three old ones are signed", 3, 3, 3, 0);
	expect_true("and the next time is later", stage_publication(&s).refresh_at.us > p.refresh_at.us);
	stage_start_publish(&s, true);
	stage_run(&s, 0);
	expect_report(&s, "asked for all, all are signed", 4, 6, 0, 0);
	s.settings.publisher = "https://other.example/";
	publish(&s);
	expect_report(&s, "other settings make other documents", 5, 6, 0, 0);
	stage_close(&s);
}

static void
an_empty_federation_is_published_too(void **state)
{
	struct published d;
	struct stage s;

	(void)state;
	stage_open(&s, 6);
	publish(&s);
	expect_report(&s, "a generation without documents", 1, 0, 0, 0);
	expect_true("nothing is there", !stage_document(&s, span_text(DOCUMENT_ALL), &d));
	publish(&s);
	expect_report(&s, "once", 1, 0, 0, 0);
	s.now.us = stage_publication(&s).refresh_at.us + SECONDS(1);
	publish(&s);
	expect_report(&s, "and again before it ends", 2, 0, 0, 0);
	expect_true("it lasts longer now", stage_publication(&s).valid_until.us > s.now.us + s.settings.refresh_before);
	publish(&s);
	expect_report(&s, "which is enough for a while", 2, 0, 0, 0);
	stage_close(&s);
}

static void
on_removed(void *arg, const struct committed *c)
{
	*(bool *)arg = true;
	expect_number("the entities are removed", c->code, OK);
}

/* No import does that: a document has entities. */
static void
remove_all_entities(struct stage *s)
{
	struct stage_look look = stage_load(s, (struct ask){ .table = &entity_table, .limit = 10 });
	struct unit *unit = unit_new(&s->arena, s->store->tables, id_new(s->now));
	bool done = false;

	for (size_t i = 0; i < look.count; i++)
		unit_delete(unit, &entity_table, look.rows[i].key);
	store_commit(s->store, unit, on_removed, &done);
	while (!done)
		if (!store_memory_step(s->store, s->now))
			turn_run(loop_turn(s->loop));
}

static void
a_federation_that_has_emptied_lives_on(void **state)
{
	struct published d;
	struct stage s;

	(void)state;
	stage_open(&s, 12);
	import(&s, THREE);
	publish(&s);
	remove_all_entities(&s);
	publish(&s);
	expect_report(&s, "all six documents end", 2, 0, 0, 6);
	expect_true("nobody is there", !stage_document(&s, span_text(DOCUMENT_ALL), &d));
	for (uint64_t generation = 3; generation < 6; generation++) {
		s.now.us = stage_publication(&s).refresh_at.us + SECONDS(1);
		publish(&s);
		expect_report(&s, "and that stays said", generation, 0, 0, 0);
	}
	expect_number("in an index without any row, and the one before it", stage_documents(&s), 2);
	expect_number("each a file with its twin", stage_files(&s), 4);
	stage_close(&s);
}

/* Failures */

static void
what_cannot_be_done_is_told(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, 7);
	import(&s, THREE);
	s.settings.key = NULL;
	expect_problem("no key", stage_publish(&s), &s.why, ERR_NOT_FOUND, "no key for metadata is active");
	s.settings.key = "other";
	expect_true("a key the signer does not have", stage_publish(&s) != OK && strstr(s.why.text,
	    "signing with key other"));
	s.settings.key = STAGE_KEY;
	s.settings.refresh_before = s.settings.valid_for;
	expect_problem("validity too short", stage_publish(&s), &s.why, ERR_INVALID, "refresh_before must be shorter");
	s.settings.refresh_before = SECONDS(86400);
	s.settings.directory = "/nonexistent";
	expect_problem("no directory", stage_publish(&s), &s.why, ERR_NOT_FOUND, "/nonexistent cannot be opened");
	s.settings.directory = s.generations;
	store_memory_fail_commits(s.store, 1, ERR_FULL);
	expect_problem("a full disk", stage_publish(&s), &s.why, ERR_FULL, "publishing could not begin: full");
	stage_start_publish(&s, false);
	stage_run(&s, 1);
	store_memory_fail_commits(s.store, 1, ERR_FULL);
	stage_run(&s, 0);
	expect_problem("a disk that fills up", s.err, &s.why, ERR_FULL, "could not be written: full");
	expect_number("nothing was published", stage_publication(&s).generation, 0);
	publish(&s);
	expect_number("and then it is", s.published.signed_documents, 6);
	/* Where files of the failed one were written already, its number is taken. */
	expect_number("what is told is what is there", s.published.generation, stage_publication(&s).generation);
	stage_close(&s);
}

/* A publisher ended after any answer of the store leaves what was served untouched, and the next one does the work. */
static void
a_publisher_that_dies_leaves_no_trace(void **state)
{
	bool over = false;

	(void)state;
	for (size_t steps = 1; !over; steps++) {
		struct pending *run;
		struct published d;
		struct stage s;
		uint64_t generation;

		stage_open(&s, 100 + steps);
		import(&s, THREE);
		publish(&s);
		import(&s, BEGIN SP(B, MORE) SP("urn:d", "") IDP("urn:e", "") IDP("urn:f", "") END);
		run = stage_start_publish(&s, false);
		over = stage_run(&s, steps);
		if (!over)
			pending_cancel(&run);
		/* What was on its way to the store arrives. */
		while (store_memory_step(s.store, s.now))
			turn_run(loop_turn(s.loop));
		generation = stage_publication(&s).generation;
		expect_true("one generation or the other", generation == 1 || generation == 2);
		expect_true("a removed entity is served as long as its generation", stage_entity_document(&s, A,
		    &d) == (generation == 1));
		expect_true("a new one not before", stage_entity_document(&s, "urn:d", &d) == (generation == 2));
		expect_true("the set is whole", stage_document(&s, span_text(DOCUMENT_ALL), &d) &&
		    contains(stage_bytes(&s, &d.plain), "</md:EntitiesDescriptor>"));
		/* Meanwhile the registry has changed again: what the dead one signed must not appear. */
		import(&s, BEGIN SP(B, MORE) IDP("urn:e", "") IDP("urn:f", "") END);
		publish(&s);
		expect_true("the entity that came and went", !stage_entity_document(&s, "urn:d", &d));
		expect_true("the one that stayed", stage_entity_document(&s, "urn:f", &d));
		stage_start_publish(&s, true);
		stage_run(&s, 0);
		s.now.us += 1;
		stage_start_publish(&s, true);
		stage_run(&s, 0);
		expect_number("after two more generations nothing is left over", stage_documents(&s), 7 * 2);
		expect_number("nor any file", stage_files(&s), 12);
		stage_close(&s);
	}
}

static void
a_lost_signer_is_asked_again(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, 8);
	import(&s, THREE);
	s.lose_at = 2;
	stage_start_publish(&s, false);
	for (int i = 0; i < 200; i++) {
		store_memory_step(s.store, s.now);
		loop_step(s.loop, 1000);
	}
	expect_true("it waits", !s.done);
	stage_lose_signer(&s);
	s.lose_at = 0;
	loop_step(s.loop, 1000);
	stage_link(&s);
	stage_run(&s, 0);
	expect_ok("and is published when there is a signer again", s.err, &s.why);
	expect_report(&s, "all of it", 1, 6, 0, 0);
	stage_close(&s);
}

/* Whatever the order of answers: the first finds its writing refused once the second has begun, or was done before. */
static void
of_two_publishers_the_second_wins(void **state)
{
	size_t overtaken = 0;

	(void)state;
	for (uint64_t seed = 200; seed < 220; seed++) {
		struct published d;
		struct stage s, t;

		stage_open(&s, seed);
		import(&s, THREE);
		t = s;
		t.settings.now = s.now;
		t.done = false;
		stage_start_publish(&s, false);
		if (seed % 2)
			stage_run(&s, seed % 7 + 1);
		publish_start(s.loop, s.store, s.client, &t.settings, false, stage_on_published, &t);
		stage_run(&s, 0);
		stage_run(&t, 0);
		expect_true("at least one is done", s.err == OK || t.err == OK);
		overtaken += s.err == ERR_CONFLICT || t.err == ERR_CONFLICT;
		/* What the overtaken one had written may have cost a number. */
		expect_true("one generation", stage_publication(&s).generation >= 1 &&
		    stage_publication(&s).generation <= 2);
		expect_true("and it is whole", stage_entity_document(&s, A, &d) && stage_entity_document(&s, B, &d) &&
		    stage_document(&s, span_text(DOCUMENT_SPS), &d) && stage_bytes(&s, &d.gzip).size > 0);
		stage_close(&s);
	}
	expect_true("some were overtaken", overtaken > 0);
}

static void
lost_files_are_made_again(void **state)
{
	struct published d;
	struct stage s;
	char path[512];

	(void)state;
	stage_open(&s, 10);
	import(&s, THREE);
	publish(&s);
	expect_true("the set", stage_document(&s, span_text(DOCUMENT_ALL), &d));
	snprintf(path, sizeof(path), "%s/%.*s", s.generations, SPAN_ARGS(d.gzip.file));
	assert_int_equal(unlink(path), 0);
	publish(&s);
	expect_report(&s, "as after a store was put back without them", 2, 1, 5, 0);
	stage_close(&s);
}

/* What a restored store does not know of, its files tell: their generation's number is taken. */
static void
numbers_of_undone_generations_are_not_given_again(void **state)
{
	struct stage s;
	char path[512];

	(void)state;
	stage_open(&s, 12);
	import(&s, THREE);
	publish(&s);
	snprintf(path, sizeof(path), "%s/gen-7-all-0123456789abcdef.xml", s.generations);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0644)), 0);
	publish(&s);
	expect_report(&s, "nothing is to be done, and nothing forgotten", 1, 0, 6, 0);
	import(&s, BEGIN IDP(A, "") SP(B, "") END);
	publish(&s);
	expect_number("the next goes beyond it", s.published.generation, 8);
	expect_number("the publication too", stage_publication(&s).generation, 8);
	expect_number("then the file may go", access(path, F_OK), -1);
	stage_close(&s);
}

static void
old_fragments_are_swept(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, 11);
	import(&s, THREE);
	import(&s, BEGIN IDP(A, MORE) SP(B, "") SP(C, "") END);
	publish(&s);
	/* B and C differ in nothing but their names: one fragment. */
	expect_number("a young one may belong to an import under way", stage_count(&s, &fragment_table), 3);
	s.now.us += FRAGMENT_GRACE + 1;
	publish(&s);
	expect_number("an old one nobody points to goes", stage_count(&s, &fragment_table), 2);
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_publication_has_everything),
		cmocka_unit_test(header_fields_are_ready_made),
		cmocka_unit_test(only_what_changed_is_signed_again),
		cmocka_unit_test(removed_entities_disappear_with_the_switch),
		cmocka_unit_test(validity_is_renewed_in_time),
		cmocka_unit_test(an_empty_federation_is_published_too),
		cmocka_unit_test(a_federation_that_has_emptied_lives_on),
		cmocka_unit_test(what_cannot_be_done_is_told),
		cmocka_unit_test(a_publisher_that_dies_leaves_no_trace),
		cmocka_unit_test(a_lost_signer_is_asked_again),
		cmocka_unit_test(of_two_publishers_the_second_wins),
		cmocka_unit_test(lost_files_are_made_again),
		cmocka_unit_test(numbers_of_undone_generations_are_not_given_again),
		cmocka_unit_test(old_fragments_are_swept),
	};

	return cmocka_run_group_tests_name("publish", tests, NULL, stage_clean);
}
