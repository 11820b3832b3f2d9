/* tests/registry/member_stage.h - members on stage: records made of a few words, operators, and what came of it. */
#pragma once

#include "stage.h"

#include "registry/membership.h"

static const struct table *const member_stage_tables[] = {
	&entity_table, &fragment_table, &journal_table, &document_table, &publication_table, &member_table,
	&member_event_table, &member_claim_table, &finding_table, NULL,
};

#define STAGE_RESULTS 8
struct stage_result {
	char id[80], event[64], why[512], pointer[200], found[200]; /* found: the last finding's rule and value */
	enum err code;
	enum standing before, after;
	bool waits;
	unsigned had, needed;
	size_t differences, findings;
};

#define STAGE_OPERATORS "uid:1\nuid:2\nuid:1000\nuid:1001"

struct member_stage {
	struct stage stage;
	struct validator *validator;
	unsigned approvals;
	bool dry_run, done;
	enum err err;
	struct problem why;
	struct stage_result results[STAGE_RESULTS];
	size_t count;
	struct renewal_report renewed;
};

/* The schemas are a package of Debian's; without it nothing here can be looked at. */
static inline void
member_stage_open(struct member_stage *m, uint64_t seed)
{
	static const struct validation_settings settings = { .schemas = "/usr/share/xml" };
	struct problem why;

	*m = (struct member_stage){ .approvals = 1 };
	if (access("/usr/share/xml/opensaml", R_OK) != 0) {
		print_message("skip: no XML schemas of SAML metadata (Debian: opensaml-schemas, xmltooling-schemas)\n");
		skip();
	}
	expect_ok("a validator", validator_new(&settings, &m->validator, &why), &why);
	stage_open(&m->stage, seed);
	store_free(m->stage.store);
	m->stage.store = store_memory_new(member_stage_tables, ROLE_STEWARD, seed);
}

static inline void
member_stage_close(struct member_stage *m)
{
	stage_close(&m->stage);
	validator_free(m->validator);
}

/* Records */

#define STAGE_CERTIFIED(uri, from, until) \
	"{\"area\":\"privacy\",\"assessor\":\"Institute\",\"framework\":\"jp-idtf\",\"from\":\"" from \
	"\",\"level\":\"2\",\"until\":\"" until "\",\"uri\":\"" uri "\"}"

struct stage_member {
	const char *id;
	const char *entities[4];       /* entity IDs of relying parties; the certificate of each is `key` */
	const char *key;               /* base64; NULL: it has none */
	const char *certifications;    /* JSON, without the brackets */
	const char *inside;            /* into each SPSSODescriptor */
	const char *name;
	const char *attributes;        /* JSON of each entity, without the brackets */
	const char *jpki;              /* JSON, without the braces */
	bool undescribed;              /* eduGAIN warns of that */
};

static inline struct span
stage_record(struct member_stage *m, const struct stage_member *as)
{
	struct arena *a = &m->stage.arena;
	const char *entities = "", *key = "";

	if (as->key)
		key = arena_print(a,
		    "<md:KeyDescriptor><ds:KeyInfo xmlns:ds='http://www.w3.org/2000/09/xmldsig#'><ds:X509Data>"
		    "<ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
		    as->key);
	for (size_t i = 0; i < COUNT(as->entities) && as->entities[i]; i++)
		entities = arena_print(a,
		    "%s%s{\"entity_id\":\"%s\",\"roles\":[\"rp\"],\"attributes\":[%s],"
		    "\"information_url\":{\"en\":\"https://city.example.jp/\"},\"saml\":\"<md:EntityDescriptor "
		    "xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata' entityID='%s'><md:SPSSODescriptor "
		    "protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>%s%s<md:"
		    "AssertionConsumerService "
		    "Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' Location='https://city.example.jp/acs' "
		    "index='0'/>"
		    "</md:SPSSODescriptor></md:EntityDescriptor>\"}",
		    entities, i ? "," : "", as->entities[i], as->attributes ? as->attributes : "", as->entities[i],
		    key, as->inside ? as->inside : "");
	return span_text(arena_print(a,
	    "{\"id\":\"%s\",\"name\":{\"ja\":\"みどり市\",\"en\":\"%s\"},\"kind\":\"public\","
	    "%s\"logo\":{\"url\":\"https://city.example.jp/l.png\",\"width\":64,"
	    "\"height\":64},\"url\":{\"en\":\"https://city.example.jp/\"},"
	    "\"contacts\":[{\"type\":\"technical\",\"given_name\":\"Operations\",\"email\":\"operations@city.example."
	    "jp\"}],"
	    "\"entities\":[%s],\"certifications\":[%s],\"jpki\":{%s}}",
	    as->id, as->name ? as->name : "Midori City",
	    as->undescribed ? "" : "\"description\":{\"ja\":\"市役所\",\"en\":\"A city\"},", entities,
	    as->certifications ? as->certifications : "", as->jpki ? as->jpki : ""));
}

/* Changing */

static inline void
stage_on_membership(void *arg, enum err err, const struct membership_result *results, size_t count,
    const struct problem *why)
{
	struct member_stage *m = arg;

	m->done = m->stage.done = true;
	m->err = err;
	m->count = count;
	if (err != OK)
		m->why = *why;
	for (size_t i = 0; i < count && i < STAGE_RESULTS; i++) {
		struct stage_result *r = &m->results[i];

		*r = (struct stage_result){ .code = results[i].code,
			.before = results[i].before,
			.after = results[i].after,
			.waits = results[i].waits,
			.had = results[i].approvals_had,
			.needed = results[i].approvals_needed,
			.differences = results[i].difference_count,
			.findings = results[i].finding_count };
		snprintf(r->id, sizeof(r->id), "%.*s", SPAN_ARGS(results[i].id));
		snprintf(r->event, sizeof(r->event), "%s", results[i].event);
		if (results[i].code != OK)
			snprintf(r->why, sizeof(r->why), "%s", results[i].why.text);
		if (r->differences)
			snprintf(r->pointer, sizeof(r->pointer), "%s", results[i].differences[0].pointer);
		if (r->findings) {
			const struct rule_finding *f = &results[i].findings[r->findings - 1];

			snprintf(r->found, sizeof(r->found), "%.*s: %.*s", SPAN_ARGS(f->rule), SPAN_ARGS(f->found));
		}
	}
}

static inline struct pending *
stage_start_membership(struct member_stage *m, const char *actor, const struct membership_request *requests,
    size_t count, const char *reason)
{
	struct membership_change *change = arena_new(&m->stage.arena, struct membership_change);

	m->done = m->stage.done = false;
	*change = (struct membership_change){ .requests = requests, .count = count,
		.by = { span_text(actor), { span_text(STAGE_OPERATORS), m->approvals } },
		.reason = reason, .dry_run = m->dry_run, .now = m->stage.now };
	return membership_start(m->stage.loop, m->stage.store, m->validator, change, stage_on_membership, m);
}

static inline bool
stage_find_member(struct member_stage *m, const char *id, struct member *out)
{
	struct stage_look look = stage_load(&m->stage, (struct ask){ .table = &member_table, .from = span_text(id) });

	return look.count && member_read(look.rows[0].value, out);
}

/* One request, an approval of what waits; the result is results[0]. */
static inline const struct stage_result *
stage_step(struct member_stage *m, const char *actor, enum member_action action, const char *id, struct span record,
    const char *reason)
{
	struct membership_request request = {
		.action = action, .id = span_text(id), .record = record, .file = "m.json"
	};
	struct member row;

	if (action == MEMBER_APPROVE && stage_find_member(m, id, &row))
		request.proposal = member_proposal(&m->stage.arena, &row);

	stage_start_membership(m, actor, &request, 1, reason);
	stage_run(&m->stage, 0);
	expect_ok("the change is looked at", m->err, &m->why);
	expect_number("one result", m->count, 1);
	return &m->results[0];
}

static inline void
stage_approved(struct member_stage *m, const struct stage_member *as)
{
	const struct stage_result *r = stage_step(m, "uid:1", MEMBER_APPLY, "", stage_record(m, as), "");

	expect_text("it applies", r->code == OK ? r->event : r->why, "member.applied");
	r = stage_step(m, "uid:2", MEMBER_APPROVE, as->id, (struct span){ 0 }, "");
	expect_text("it is approved", r->code == OK ? r->event : r->why, "member.approved");
}

static inline void
stage_on_renewed(void *arg, enum err err, const struct renewal_report *report, const struct problem *why)
{
	struct member_stage *m = arg;

	m->done = m->stage.done = true;
	m->err = err;
	if (err == OK)
		m->renewed = *report;
	else
		m->why = *why;
}

/* A year, and a month before. */
static inline struct renewal_report
stage_renew(struct member_stage *m, uint64_t after)
{
	const struct renewal_settings settings = { .confirm_every = SECONDS(365 * 86400),
		.warn_before = SECONDS(30 * 86400),
		.after = after,
		.now = m->stage.now };

	m->stage.done = false;
	renewal_start(m->stage.loop, m->stage.store, m->validator, &settings, stage_on_renewed, m);
	stage_run(&m->stage, 0);
	expect_ok("time is looked at", m->err, &m->why);
	return m->renewed;
}

/* Looking */

static inline bool
stage_find_entity(struct member_stage *m, const char *entity_id, struct entity *out)
{
	struct entity_key key = entity_key_of(span_text(entity_id));
	struct stage_look look = stage_load(&m->stage, (struct ask){ .table = &entity_table,
		.from = arena_copy(&m->stage.arena, span_of(key.bytes, sizeof(key.bytes))) });

	return look.count && entity_read(look.rows[0].value, out);
}

/* The events of a member's history, oldest first, joined by blanks; they are the journal's. */
static inline const char *
stage_history(struct member_stage *m, const char *id)
{
	struct arena *a = &m->stage.arena;
	struct stage_look look = stage_load(&m->stage,
	    (struct ask){ .table = &member_event_table,
	        .limit = 100,
	        .from = member_event_key(a, span_text(id), 0),
	        .until = member_event_key(a, span_text(id), UINT32_MAX) });
	const char *all = "";

	for (size_t i = 0; i < look.count; i++) {
		const char *entry = arena_text(a, look.rows[i].value), *event = strstr(entry, "\"event\":\"member.");

		assert_non_null(event);
		event += strlen("\"event\":\"member.");
		all = arena_print(a, "%s%s%.*s", all, i ? " " : "", (int)strcspn(event, "\""), event);
	}
	return all;
}
