/* transaction/desk/evidence.c - what a registrar says was seen of a person and documents at the desk. */
#include "transaction/desk/evidence.h"

#include "codec/text.h"

/* In the row a kind is its number here: new ones are added at the end. */
static const struct desk_kind kinds[] = {
	{ "driving-licence",                     true,  true,  true,  false, DESK_STRONG },
	{ "my-number-card",                      true,  true,  true,  true,  DESK_STRONG },
	{ "passport",                            true,  true,  true,  true,  DESK_STRONG },
	{ "residence-card",                      true,  true,  true,  true,  DESK_STRONG },
	{ "special-permanent-resident-certificate", true, true, true, true,  DESK_STRONG },
	{ "driving-history-certificate",         true,  true,  true,  false, DESK_STRONG },
	{ "disability-certificate",              true,  true,  false, false, DESK_STRONG },
	{ "rehabilitation-certificate",          true,  true,  false, false, DESK_STRONG },
	{ "mental-disability-certificate",       true,  true,  false, false, DESK_STRONG },
	{ "government-staff-card",               true,  true,  false, false, DESK_FAIR },
	{ "health-certificate",                  true,  false, false, false, DESK_FAIR },
	{ "pension-book",                        true,  false, false, false, DESK_FAIR },
	{ "resident-record",                     true,  false, false, false, DESK_FAIR },
	{ "seal-certificate",                    true,  false, false, false, DESK_FAIR },
	{ "child-allowance-certificate",         true,  false, false, false, DESK_FAIR },
	{ "student-card",                        false, true,  false, false, DESK_NO_STRENGTH },
	{ "company-card",                        false, true,  false, false, DESK_NO_STRENGTH },
	{ "utility-bill",                        false, false, false, false, DESK_NO_STRENGTH },
};

const struct desk_kind *
desk_kind(unsigned number)
{
	return number < COUNT(kinds) ? &kinds[number] : NULL;
}

int
desk_kind_read(struct span word)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (span_is(word, kinds[i].word))
			return (int)i;
	return -1;
}

/* In the row a word is its bit: new ones are added at the end. */
#define CHIP 4u
#define CHIP_AT 2
#define ISSUER_ASKED 16u
#define BY_POST 1u
static const char *const check_words[] = { "visual", "tactile", "chip", "scan", "issuer-query", NULL };
static const char *const record_words[] = { "document-issuer", "resident-register", "financial-operator",
	"mobile-operator", "utility-operator", "credit-bureau", "own-records", NULL };
static const char *const account_words[] = { "financial", "mobile-phone", "landline", "utility", NULL };
/* Who is there signs on paper; an electronic signature is the card's, and that is another proofing. */
static const char *const nonrepudiation_words[] = { "voice-recording", "video-recording", "handwritten-signature",
	"seal", NULL };
static const char *const address_words[] = { "postal", "phone", "email", NULL };

static const char *const *const sets[DESK_SETS] = {
	[DESK_CHECKS] = check_words,
	[DESK_RECORDS] = record_words,
	[DESK_ACCOUNTS] = account_words,
	[DESK_NONREPUDIATION] = nonrepudiation_words,
	[DESK_ADDRESSES] = address_words,
};

static unsigned
set_size(enum desk_set set)
{
	unsigned n = 0;

	while (sets[set][n])
		n++;
	return n;
}

unsigned
desk_word_read(enum desk_set set, struct span word)
{
	for (unsigned n = 0; sets[set][n]; n++)
		if (span_is(word, sets[set][n]))
			return 1u << n;
	return 0;
}

void
desk_words_write(struct buffer *b, enum desk_set set, unsigned words)
{
	const char *before = "";

	buffer_byte(b, '[');
	for (unsigned n = 0; sets[set][n]; n++) {
		if (!(words & 1u << n))
			continue;
		buffer_print(b, "%s\"%s\"", before, sets[set][n]);
		before = ",";
	}
	buffer_byte(b, ']');
}

static const char *const portraits[DESK_PORTRAITS] = {
	[PORTRAIT_NOT_COMPARED] = "none",
	[PORTRAIT_BY_AGENT] = "by-agent",
	[PORTRAIT_AUTOMATED] = "automated",
	[PORTRAIT_BOTH] = "both",
};

const char *
desk_portrait_name(enum desk_portrait portrait)
{
	return portraits[portrait];
}

enum desk_portrait
desk_portrait_read(struct span word)
{
	enum desk_portrait p = PORTRAIT_NOT_COMPARED;

	while (p < DESK_PORTRAITS && !span_is(word, portraits[p]))
		p++;
	return p;
}

/* What cannot be */

static enum err
check_document(const struct desk_evidence *e, size_t at, struct problem *why)
{
	const struct desk_document *d = &e->documents[at];
	const struct desk_kind *kind = desk_kind(d->kind);

	for (size_t i = 0; i < at; i++)
		if (e->documents[i].kind == d->kind)
			return problem_set(why, ERR_INVALID, "", "/documents/%zu/kind: expected each kind once, found "
			    "%s twice", at, kind->word);
	if (!d->checked)
		return problem_set(why, ERR_INVALID, "", "/documents/%zu/checked: expected how it was found genuine, "
		    "found nothing", at);
	if ((d->checked & CHIP) && !kind->chip)
		return problem_set(why, ERR_INVALID, "", "/documents/%zu/checked/%d: a %s has no chip that is signed",
		    at, CHIP_AT, kind->word);
	return OK;
}

enum err
desk_evidence_check(const struct desk_evidence *e, struct problem *why)
{
	bool portrait = false;

	if (e->document_count == 0)
		return problem_set(why, ERR_INVALID, "", "/documents: expected at least one, found none");
	for (size_t i = 0; i < e->document_count; i++) {
		if (check_document(e, i, why) != OK)
			return why->code;
		portrait = portrait || (e->documents[i].in_force && desk_kind(e->documents[i].kind)->photo);
	}
	if (e->portrait && !portrait)
		return problem_set(why, ERR_INVALID, "", "/portrait: expected none, for no document in force has a "
		    "portrait; found %s", portraits[e->portrait]);
	if (e->all_data_checked && !e->records)
		return problem_set(why, ERR_INVALID, "", "/all_data_checked: expected with the records it was checked "
		    "against, found none");
	if (e->address_of_record && (!e->addresses || !e->records))
		return problem_set(why, ERR_INVALID, "", "/address_of_record: expected with a confirmed address and "
		    "the records it stands in, found not both");
	return OK;
}

static const struct desk_kind *
public_in_force(const struct desk_document *d)
{
	const struct desk_kind *kind = desk_kind(d->kind);

	return d->in_force && kind->government ? kind : NULL;
}

enum err
desk_evidence_enough(const struct desk_evidence *e, struct problem *why)
{
	size_t in_force = 0;
	bool photo = false;

	for (size_t i = 0; i < e->document_count; i++) {
		const struct desk_kind *kind = public_in_force(&e->documents[i]);

		in_force += kind != NULL;
		photo = photo || (kind && kind->photo);
	}
	if (!in_force)
		return problem_set(why, ERR_INVALID, "", "/documents: expected one in force that a public body issued, "
		    "found none");
	if (photo && !e->portrait)
		return problem_set(why, ERR_INVALID, "", "/portrait: expected compared with the person, found none");
	if (!photo && in_force < 2 && !(e->addresses & BY_POST))
		return problem_set(why, ERR_INVALID, "", "/documents: expected one with a portrait, a second one of a "
		    "public body, or the postal address confirmed; found one without a portrait");
	return OK;
}

enum proofing_strength
desk_evidence_strength(const struct desk_evidence *e)
{
	enum proofing_strength strength = PROOFING_OF_NO_STRENGTH, this;

	for (size_t i = 0; i < e->document_count; i++) {
		const struct desk_kind *kind = public_in_force(&e->documents[i]);

		this = !kind ? PROOFING_OF_NO_STRENGTH : !kind->photo || !e->portrait ||
		    kind->strength < DESK_STRONG ? PROOFING_FAIR : PROOFING_STRONG;
		if (this == PROOFING_STRONG && (e->documents[i].checked & (CHIP | ISSUER_ASKED)))
			this = PROOFING_VALIDATED;
		strength = this > strength ? this : strength;
	}
	return strength;
}

bool
desk_evidence_takes_two(const struct desk_evidence *e)
{
	return e->all_data_checked && e->biometric_recorded;
}

/* In a row */

enum { OF_RECORD = 1, ALL_DATA = 2, BIOMETRIC = 4, LOSS = 8, TERMS = 16 };

void
desk_evidence_write(struct buffer *b, const struct desk_evidence *e)
{
	buffer_u8(b, (uint8_t)e->document_count);
	for (size_t i = 0; i < e->document_count; i++) {
		buffer_u8(b, (uint8_t)e->documents[i].kind);
		buffer_u8(b, (uint8_t)e->documents[i].checked);
		buffer_u8(b, e->documents[i].in_force);
	}
	buffer_u8(b, (uint8_t)e->portrait);
	buffer_u8(b, (uint8_t)e->records);
	buffer_u8(b, (uint8_t)e->accounts);
	buffer_u8(b, (uint8_t)e->nonrepudiation);
	buffer_u8(b, (uint8_t)e->addresses);
	buffer_u8(b, (uint8_t)((e->address_of_record ? OF_RECORD : 0) | (e->all_data_checked ? ALL_DATA : 0) |
	    (e->biometric_recorded ? BIOMETRIC : 0) | (e->loss_checked ? LOSS : 0) | (e->terms_told ? TERMS : 0)));
}

static bool
all_known(const struct desk_evidence *e)
{
	const unsigned found[DESK_SETS] = { [DESK_RECORDS] = e->records, [DESK_ACCOUNTS] = e->accounts,
	    [DESK_NONREPUDIATION] = e->nonrepudiation, [DESK_ADDRESSES] = e->addresses };

	for (enum desk_set set = DESK_CHECKS; set < DESK_SETS; set++)
		if (found[set] >> set_size(set))
			return false;
	for (size_t i = 0; i < e->document_count; i++)
		if (!desk_kind(e->documents[i].kind) || e->documents[i].checked >> set_size(DESK_CHECKS))
			return false;
	return e->portrait < DESK_PORTRAITS;
}

bool
desk_evidence_read(struct record *r, struct desk_evidence *out)
{
	uint8_t said;

	*out = (struct desk_evidence){ .document_count = record_u8(r) };
	if (out->document_count > DESK_DOCUMENTS)
		return false;
	for (size_t i = 0; i < out->document_count; i++) {
		out->documents[i].kind = record_u8(r);
		out->documents[i].checked = record_u8(r);
		out->documents[i].in_force = record_u8(r) != 0;
	}
	out->portrait = (enum desk_portrait)record_u8(r);
	out->records = record_u8(r);
	out->accounts = record_u8(r);
	out->nonrepudiation = record_u8(r);
	out->addresses = record_u8(r);
	said = record_u8(r);
	out->address_of_record = said & OF_RECORD;
	out->all_data_checked = said & ALL_DATA;
	out->biometric_recorded = said & BIOMETRIC;
	out->loss_checked = said & LOSS;
	out->terms_told = said & TERMS;
	return !r->broken && all_known(out);
}

static const char *
truth(bool value)
{
	return value ? "true" : "false";
}

void
desk_evidence_tell(struct buffer *b, const struct desk_evidence *e)
{
	buffer_text(b, "{\"accounts\":");
	desk_words_write(b, DESK_ACCOUNTS, e->accounts);
	buffer_text(b, ",\"address_confirmed\":");
	desk_words_write(b, DESK_ADDRESSES, e->addresses);
	buffer_print(b, ",\"address_of_record\":%s,\"all_data_checked\":%s,\"biometric_recorded\":%s,\"documents\":[",
	    truth(e->address_of_record), truth(e->all_data_checked), truth(e->biometric_recorded));
	for (size_t i = 0; i < e->document_count; i++) {
		buffer_text(b, i ? ",{\"checked\":" : "{\"checked\":");
		desk_words_write(b, DESK_CHECKS, e->documents[i].checked);
		buffer_print(b, ",\"in_force\":%s,\"kind\":\"%s\"}", truth(e->documents[i].in_force),
		    desk_kind(e->documents[i].kind)->word);
	}
	buffer_print(b, "],\"loss_checked\":%s,\"nonrepudiation\":", truth(e->loss_checked));
	desk_words_write(b, DESK_NONREPUDIATION, e->nonrepudiation);
	buffer_print(b, ",\"portrait\":\"%s\",\"records_checked\":", portraits[e->portrait]);
	desk_words_write(b, DESK_RECORDS, e->records);
	buffer_print(b, ",\"terms_told\":%s}", truth(e->terms_told));
}

void
desk_evidence_words(struct buffer *b, const struct desk_evidence *e)
{
	for (size_t i = 0; i < e->document_count; i++)
		buffer_print(b, "%s%s", i ? "," : "", desk_kind(e->documents[i].kind)->word);
}
