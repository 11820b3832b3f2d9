/* front/oidc/verified_evidence.c - one proofing as a verification element. */
#include "front/oidc/verified_evidence.h"

#include <stdlib.h>

/* The names are those of openid.net/wg/ekyc-ida/identifiers. A document without one of its own there is not told: what
 * a relying party does not know says nothing to it. */
static const struct {
	const char *ours, *theirs;
} documents[] = {
	{ "driving-licence", "jp_drivers_license" },
	{ "my-number-card", "jp_individual_number_card" },
	{ "passport", "passport" },
	{ "residence-card", "jp_residency_card_for_foreigner" },
	{ "special-permanent-resident-certificate", "jp_permanent_residency_card_for_foreigner" },
	{ "health-certificate", "jp_health_insurance_card" },
	{ "utility-bill", "utility_statement" },
};

#define CARD "jp_individual_number_card"
#define REGISTER "population_register"

const char *const verified_evidence[] = { "document", "electronic_record", NULL };
const char *const verified_documents[] = { "jp_drivers_license", CARD, "passport", "jp_residency_card_for_foreigner",
	"jp_permanent_residency_card_for_foreigner", "jp_health_insurance_card", "utility_statement", NULL };
const char *const verified_records[] = { REGISTER, NULL };
const char *const verified_check_methods[] = { "vpip", "vcrypt", "data", "token", "pvp", "bvp", NULL };

/* To the minute, so that it is nobody's name (s5.1: seconds need not be there; clients want them). */
static json_t *
time_of(struct instant at)
{
	char text[INSTANT_TEXT];

	return json_string(instant_text((struct instant){ at.us - at.us % SECONDS(60) }, text));
}

static void
add_check(json_t *checks, const char *method, struct instant at)
{
	json_array_append_new(checks, json_pack("{s:s,s:o}", "check_method", method, "time", time_of(at)));
}

static void
set_given(json_t *object, const char *name, json_t *value)
{
	if (json_array_size(value))
		json_object_set_new(object, name, value);
	else
		json_decref(value);
}

/* A card's certificate: its issuer's signature holds, and whoever signed has the card and knows its PIN. The phone's is
 * no document that anybody shows: it tells what the register of residents has. */

static json_t *
card_evidence(const struct proofing_record *r, const json_t *facts)
{
	const char *kind = json_string_value(json_object_get(facts, "proofing.certificate"));
	json_t *checks;

	if (!kind)
		return NULL;
	checks = json_array();
	add_check(checks, "vcrypt", r->at);
	add_check(checks, "token", r->at);
	if (strcmp(kind, "jpki-mobile-signature") == 0)
		return json_pack("[{s:s,s:o,s:{s:s,s:{s:s}}}]", "type", "electronic_record", "check_details", checks,
		    "record", "type", REGISTER, "source", "country_code", "JPN");
	return json_pack("[{s:s,s:o,s:{s:s,s:{s:s}}}]", "type", "document", "check_details", checks,
	    "document_details", "type", CARD, "issuer", "country_code", "JPN");
}

/* Face to face */

static bool
says(const json_t *set, const char *word)
{
	size_t i;
	json_t *one;

	json_array_foreach(set, i, one)
		if (json_is_string(one) && strcmp(json_string_value(one), word) == 0)
			return true;
	return false;
}

/* Which checks are known of each document. The record has those of all together: they are each one's where there is one
 * document, or one check. */
static json_t *
desk_checks(const struct proofing_record *r, const json_t *facts, bool alone)
{
	const json_t *checked = json_object_get(facts, "proofing.evidence_checked");
	const bool each = alone || json_array_size(checked) == 1;
	const bool compared = alone || json_is_true(json_object_get(facts, "proofing.owner_verified_all"));
	const char *portrait = json_string_value(json_object_get(facts, "proofing.portrait_compared"));
	json_t *checks = json_array();

	if (each && (says(checked, "visual") || says(checked, "tactile")))
		add_check(checks, "vpip", r->at);
	if (each && says(checked, "chip"))
		add_check(checks, "vcrypt", r->at);
	if (each && says(checked, "issuer-query"))
		add_check(checks, "data", r->at);
	if (compared && portrait && (strcmp(portrait, "by-agent") == 0 || strcmp(portrait, "both") == 0))
		add_check(checks, "pvp", r->at);
	if (compared && portrait && (strcmp(portrait, "automated") == 0 || strcmp(portrait, "both") == 0))
		add_check(checks, "bvp", r->at);
	return checks;
}

static const char *
document_name(struct span ours)
{
	for (size_t i = 0; i < COUNT(documents); i++)
		if (span_is(ours, documents[i].ours))
			return documents[i].theirs;
	return NULL;
}

static json_t *
desk_document(const struct proofing_record *r, const json_t *facts, const char *name, bool alone)
{
	json_t *document = json_pack("{s:s,s:{s:s}}", "type", "document", "document_details", "type", name);

	set_given(document, "check_details", desk_checks(r, facts, alone));
	/* Of a passport the country is not asked at the desk. */
	if (strncmp(name, "jp_", 3) == 0)
		json_object_set_new(json_object_get(document, "document_details"), "issuer",
		    json_pack("{s:s}", "country_code", "JPN"));
	return document;
}

static json_t *
desk_evidence(const struct proofing_record *r, const json_t *facts)
{
	const bool alone = r->evidence.size && !memchr(r->evidence.data, ',', r->evidence.size);
	json_t *evidence = json_array();
	struct span rest = r->evidence;

	while (rest.size) {
		const char *name = document_name(span_cut(&rest, ','));

		if (name)
			json_array_append_new(evidence, desk_document(r, facts, name, alone));
	}
	return evidence;
}

/* The whole */

json_t *
verified_evidence_of(const struct verified_proofing *p, struct span trust_framework)
{
	const struct proofing_record *r = p->record;
	json_t *facts = json_loadb((const char *)r->facts.data, r->facts.size, JSON_REJECT_DUPLICATES, NULL);
	json_t *all = json_pack("{s:s%,s:o}", "trust_framework", trust_framework.data, trust_framework.size,
	    "time", time_of(r->at));

	if (!all)
		abort();
	if (p->level.size)
		json_object_set_new(all, "assurance_level",
		    json_stringn((const char *)p->level.data, p->level.size));
	set_given(all, "evidence", r->method == PROOFING_AT_DESK ? desk_evidence(r, facts) : card_evidence(r, facts));
	json_decref(facts);
	return all;
}
