/* tests/transaction/test_desk_facts.c - what a proofing at the desk amounts to under the seed's levels. */
#include <stdlib.h>

#include "expect.h"

#include "assurance/evaluation.h"
#include "base/file.h"
#include "transaction/desk/facts.h"

static struct arena arena;
static const struct dictionary *dictionary;
static const struct framework *framework;
static struct instant now;

static int
read_policies(void **state)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";
	struct buffer bytes = buffer_init(DICTIONARY_LARGEST);
	struct problem why = { 0 };
	struct policy_files files;

	(void)state;
	arena = arena_init(GIB);
	expect_ok("there is a dictionary", file_read(arena_print(&arena, "%s/policy/facts.json", top), &bytes, &why),
	    &why);
	expect_ok("it is one", dictionary_read(&arena, "facts.json", arena_copy(&arena, buffer_span(&bytes)),
	    &dictionary, &why), &why);
	buffer_release(&bytes);
	expect_ok("there are the seed's levels", policy_files_read(&arena, arena_print(&arena, "%s/policy/jp-idtf/1.0",
	    top), &files, &why), &why);
	expect_ok("they are a framework", framework_read(&arena, &files, dictionary, false, &framework, &why), &why);
	return instant_read(span_text("2026-12-02T00:00:00Z"), &now) ? 0 : -1;
}

static int
drop_policies(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

/* Facts are those of the dictionary, with values of their domains: facts_read_word() would refuse others. */
static const char *
level_of(const char *title, struct span json)
{
	struct reader r = reader_json(&arena, json, (struct limits){ .bytes = 64 * KIB, .depth = 4 });
	const struct word word = word_observed(ASSERTER_WATASHI | ASSERTER_REGISTRY, now);
	const int at = area_find(framework, span_text("registration"));
	struct evaluation *e = arena_new(&arena, struct evaluation);
	struct facts *f = arena_new(&arena, struct facts);
	struct problem why;

	facts_init(f, dictionary);
	facts_read_word(&r, f, &word, now);
	expect_ok(title, reader_end(&r, &why), &why);
	evaluate(framework, NULL, f, e);
	return arena_text(&arena, level_id(&framework->areas[at], e->areas[at].reached));
}

/* "driving-licence:visual+chip,passport:visual-expired" */
static void
read_documents(struct span text, struct desk_evidence *out)
{
	while (text.size) {
		struct span checks = span_cut(&text, ','), kind = span_cut(&checks, ':');
		struct desk_document *d = &out->documents[out->document_count++];

		d->kind = (unsigned)desk_kind_read(kind);
		d->in_force = true;
		while (checks.size) {
			struct span word = span_cut(&checks, '+');

			if (span_is(word, "expired"))
				d->in_force = false;
			else
				d->checked |= desk_word_read(DESK_CHECKS, word);
		}
	}
}

static unsigned
read_set(enum desk_set set, const char *text)
{
	struct span rest = span_text(text);
	unsigned words = 0;

	while (rest.size)
		words |= desk_word_read(set, span_cut(&rest, ','));
	return words;
}

enum { ALL_DATA = 1, BIOMETRIC = 2, OF_RECORD = 4, UNNAMED = 8, NOTICE = 16 };

static const struct {
	const char *title, *documents;
	enum desk_portrait portrait;
	const char *records, *nonrepudiation, *addresses;
	unsigned said, registrars;
	const char *level;
} cases[] = {
	{ "one photo ID, compared, is 2", "driving-licence:visual", PORTRAIT_BY_AGENT, "", "", "postal", 0, 1, "2" },
	{ "the notice tells the address is the person's", "driving-licence:visual", PORTRAIT_BY_AGENT, "", "", "",
	    NOTICE, 1, "2" },
	{ "reached nowhere it is 1+", "driving-licence:visual", PORTRAIT_BY_AGENT, "", "", "", 0, 1, "1+" },
	{ "nobody compared the portrait", "driving-licence:visual", PORTRAIT_NOT_COMPARED, "", "", "postal", 0, 1,
	    "1+" },
	{ "without a portrait it is 1+", "health-certificate:visual,pension-book:visual", PORTRAIT_NOT_COMPARED, "",
	    "", "postal", 0, 1, "1+" },
	{ "a company's card is an identity document and no more", "company-card:visual", PORTRAIT_BY_AGENT, "", "",
	    "postal", 0, 1, "1+" },
	{ "an expired one counts nowhere", "driving-licence:visual+expired", PORTRAIT_NOT_COMPARED, "", "", "postal", 0,
	    1, "1+" },
	{ "of two one is expired", "driving-licence:visual,passport:visual+expired", PORTRAIT_BY_AGENT, "", "",
	    "postal", 0, 1, "1+" },
	{ "with records and a recording it is 3", "driving-licence:visual+chip", PORTRAIT_BY_AGENT, "document-issuer",
	    "voice-recording", "postal", 0, 1, "3" },
	{ "a signature on paper does not keep anybody from denying", "driving-licence:visual+chip", PORTRAIT_BY_AGENT,
	    "document-issuer", "handwritten-signature", "postal", 0, 1, "2" },
	{ "our own records are no records", "driving-licence:visual", PORTRAIT_BY_AGENT, "own-records",
	    "voice-recording", "postal", 0, 1, "2" },
	{ "nobody is named", "driving-licence:visual", PORTRAIT_BY_AGENT, "document-issuer", "voice-recording",
	    "postal", UNNAMED, 1, "2" },
	{ "two, all of it checked, a biometric, by two: 4", "driving-licence:visual+chip,passport:visual+chip",
	    PORTRAIT_BOTH, "document-issuer,resident-register", "voice-recording", "postal",
	    ALL_DATA | BIOMETRIC | OF_RECORD, 2, "4" },
	{ "the same by one is 3", "driving-licence:visual+chip,passport:visual+chip", PORTRAIT_BOTH,
	    "document-issuer,resident-register", "voice-recording", "postal", ALL_DATA | BIOMETRIC | OF_RECORD, 1,
	    "3" },
	{ "two without the biometric are 3", "driving-licence:visual+chip,passport:visual+chip", PORTRAIT_BOTH,
	    "document-issuer", "voice-recording", "postal", ALL_DATA | OF_RECORD, 2, "3" },
	{ "two with one photo ID are 3", "driving-licence:visual+chip", PORTRAIT_BOTH, "document-issuer",
	    "voice-recording", "postal", ALL_DATA | BIOMETRIC | OF_RECORD, 2, "3" },
	{ "two with some of it checked are 3", "driving-licence:visual+chip,passport:visual+chip", PORTRAIT_BOTH,
	    "document-issuer", "voice-recording", "postal", BIOMETRIC | OF_RECORD, 2, "3" },
};

static struct span
facts_of(size_t i)
{
	struct desk_evidence e = { .portrait = cases[i].portrait,
		.records = read_set(DESK_RECORDS, cases[i].records),
		.nonrepudiation = read_set(DESK_NONREPUDIATION, cases[i].nonrepudiation),
		.addresses = read_set(DESK_ADDRESSES, cases[i].addresses),
		.all_data_checked = cases[i].said & ALL_DATA, .biometric_recorded = cases[i].said & BIOMETRIC,
		.address_of_record = cases[i].said & OF_RECORD };
	struct buffer b = buffer_init(16 * KIB);
	struct problem why = { 0 };
	struct span facts;

	read_documents(span_text(cases[i].documents), &e);
	expect_ok(cases[i].title, desk_evidence_check(&e, &why), &why);
	desk_facts_write(&b, dictionary, &(struct desk_stated){ .evidence = &e, .registrars = cases[i].registrars,
	    .named = !(cases[i].said & UNNAMED), .notice = cases[i].said & NOTICE });
	facts = arena_copy(&arena, buffer_span(&b));
	buffer_release(&b);
	return facts;
}

static void
what_was_seen_reaches_its_level(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text(cases[i].title, level_of(cases[i].title, facts_of(i)), cases[i].level);
}

static void
what_was_not_stated_is_no_fact(void **state)
{
	(void)state;
	expect_span("one licence and no more", facts_of(3),
	    "{\"proofing.address_confirmed\":[\"postal\"],\"proofing.age\":0,\"proofing.by_specified_person\":true,"
	    "\"proofing.evidence_checked\":[\"visual\"],\"proofing.evidence_in_force\":true,"
	    "\"proofing.fair_evidence\":1,\"proofing.government_ids\":1,\"proofing.identity_documents\":1,"
	    "\"proofing.mode\":\"in-person\",\"proofing.name_verified\":true,\"proofing.photo_government_ids\":0,"
	    "\"proofing.portrait_compared\":\"none\",\"proofing.records_kept\":true,\"proofing.registered\":true,"
	    "\"proofing.strong_evidence\":1,\"proofing.superior_evidence\":0}");
}

/* Each word of the sets is one of the dictionary's. */
static void
words_are_the_dictionarys(void **state)
{
	static const struct { enum desk_set set; const char *fact; } sets[] = {
		{ DESK_CHECKS, "proofing.evidence_checked" }, { DESK_RECORDS, "proofing.records_checked" },
		{ DESK_ACCOUNTS, "proofing.accounts" }, { DESK_NONREPUDIATION, "proofing.nonrepudiation" },
		{ DESK_ADDRESSES, "proofing.address_confirmed" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sets); i++) {
		struct buffer all = buffer_init(KIB);
		struct span rest, word;
		size_t count = 0;

		desk_words_write(&all, sets[i].set, ~0u);
		rest = buffer_span(&all);
		for (span_cut(&rest, '"'); rest.size; span_cut(&rest, '"'), count++) {
			word = span_cut(&rest, '"');
			expect_true(arena_text(&arena, word),
			    fact_word(fact_find(dictionary, span_text(sets[i].fact)), word) >= 0);
		}
		expect_true("there are some", count > 1);
		buffer_release(&all);
	}
	for (enum desk_portrait p = PORTRAIT_NOT_COMPARED; p < DESK_PORTRAITS; p++)
		expect_true(desk_portrait_name(p), fact_word(fact_find(dictionary,
		    span_text("proofing.portrait_compared")), span_text(desk_portrait_name(p))) >= 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_seen_reaches_its_level),
		cmocka_unit_test(what_was_not_stated_is_no_fact),
		cmocka_unit_test(words_are_the_dictionarys),
	};

	return cmocka_run_group_tests(tests, read_policies, drop_policies);
}
