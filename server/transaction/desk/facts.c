/* transaction/desk/facts.c - a proofing at the desk as facts of the policy engine. */
#include "transaction/desk/facts.h"

/* What the documents amount to, counted once. */
struct tally {
	const struct desk_stated *stated;
	unsigned documents, government, photos, fair, strong, superior;
	unsigned checked;            /* DESK_CHECKS, of all */
	bool in_force;               /* all of them are */
	bool compared;               /* a portrait was, of a document in force */
	bool owned;                  /* by portrait, every one of them */
};

static void
count(struct tally *t, const struct desk_stated *stated)
{
	const struct desk_evidence *e = stated->evidence;
	const unsigned chip = desk_word_read(DESK_CHECKS, span_text("chip"));

	*t = (struct tally){ .stated = stated, .documents = (unsigned)e->document_count,
		.in_force = e->document_count > 0, .owned = e->portrait && e->document_count > 0 };
	for (size_t i = 0; i < e->document_count; i++) {
		const struct desk_document *d = &e->documents[i];
		const struct desk_kind *kind = desk_kind(d->kind);

		t->checked |= d->checked;
		t->in_force = t->in_force && d->in_force;
		t->owned = t->owned && kind->photo && d->in_force;
		if (!d->in_force)
			continue;
		t->government += kind->government;
		t->photos += kind->government && kind->photo && e->portrait;
		t->compared = t->compared || (kind->photo && e->portrait);
		t->fair += kind->strength >= DESK_FAIR;
		t->strong += kind->strength >= DESK_STRONG;
		/* Superior is what the issuer's signature shows, not the eye. */
		t->superior += kind->superior && (d->checked & chip);
	}
}

typedef void write_value(struct buffer *, const struct tally *);

static void
write_truth(struct buffer *b, bool value)
{
	buffer_text(b, value ? "true" : "false");
}

/* The words, each quoted, as an array; nothing for none of them. */
static void
write_set(struct buffer *b, enum desk_set set, unsigned words)
{
	if (words)
		desk_words_write(b, set, words);
}

static void
accounts(struct buffer *b, const struct tally *t)
{
	write_set(b, DESK_ACCOUNTS, t->stated->evidence->accounts);
}

static void
address_confirmed(struct buffer *b, const struct tally *t)
{
	write_set(b, DESK_ADDRESSES, t->stated->evidence->addresses);
}

static void
address_of_record(struct buffer *b, const struct tally *t)
{
	if (t->stated->evidence->address_of_record)
		write_truth(b, true);
}

static void
no_age(struct buffer *b, const struct tally *t)
{
	(void)t;
	buffer_byte(b, '0');
}

static void
stated_true(struct buffer *b, const struct tally *t)
{
	(void)t;
	write_truth(b, true);
}

static void
all_data_checked(struct buffer *b, const struct tally *t)
{
	if (t->stated->evidence->all_data_checked && t->stated->registrars > 1)
		write_truth(b, true);
}

/* Whose records they are tells how good a source it is; the own ones are none. */
static void
attributes_validated(struct buffer *b, const struct tally *t)
{
	static const char *const authoritative[] = { "document-issuer", "resident-register" };
	const unsigned own = desk_word_read(DESK_RECORDS, span_text("own-records"));
	const unsigned records = t->stated->evidence->records;

	for (size_t i = 0; i < COUNT(authoritative); i++)
		if (records & desk_word_read(DESK_RECORDS, span_text(authoritative[i]))) {
			buffer_text(b, "\"authoritative\"");
			return;
		}
	if (records & ~own)
		buffer_text(b, "\"credible\"");
}

static void
biometric_recorded(struct buffer *b, const struct tally *t)
{
	if (t->stated->evidence->biometric_recorded)
		write_truth(b, true);
}

static void
evidence_checked(struct buffer *b, const struct tally *t)
{
	write_set(b, DESK_CHECKS, t->checked);
}

static void
evidence_in_force(struct buffer *b, const struct tally *t)
{
	write_truth(b, t->in_force);
}

static void
fair_evidence(struct buffer *b, const struct tally *t)
{
	buffer_number(b, t->fair);
}

static void
government_ids(struct buffer *b, const struct tally *t)
{
	buffer_number(b, t->government);
}

static void
identity_documents(struct buffer *b, const struct tally *t)
{
	buffer_number(b, t->documents);
}

static void
loss_checked(struct buffer *b, const struct tally *t)
{
	if (t->stated->evidence->loss_checked)
		write_truth(b, true);
}

static void
mode(struct buffer *b, const struct tally *t)
{
	(void)t;
	buffer_text(b, "\"in-person\"");
}

/* The name is that of a public document in force. */
static void
name_verified(struct buffer *b, const struct tally *t)
{
	if (t->stated->named && t->government)
		write_truth(b, true);
}

static void
nonrepudiation(struct buffer *b, const struct tally *t)
{
	write_set(b, DESK_NONREPUDIATION, t->stated->evidence->nonrepudiation);
}

static void
notice_sent(struct buffer *b, const struct tally *t)
{
	if (t->stated->notice)
		write_truth(b, true);
}

static void
owner_verified_all(struct buffer *b, const struct tally *t)
{
	if (t->owned)
		write_truth(b, true);
}

static void
owner_verified_by(struct buffer *b, const struct tally *t)
{
	static const char *const by[DESK_PORTRAITS] = {
		[PORTRAIT_BY_AGENT] = "[\"portrait-by-agent\"]",
		[PORTRAIT_AUTOMATED] = "[\"portrait-automated\"]",
		[PORTRAIT_BOTH] = "[\"portrait-by-agent\",\"portrait-automated\"]",
	};

	if (t->compared)
		buffer_text(b, by[t->stated->evidence->portrait]);
}

static void
photo_government_ids(struct buffer *b, const struct tally *t)
{
	buffer_number(b, t->photos);
}

static void
portrait_compared(struct buffer *b, const struct tally *t)
{
	buffer_print(b, "\"%s\"", desk_portrait_name(t->compared ? t->stated->evidence->portrait
	    : PORTRAIT_NOT_COMPARED));
}

static void
records_checked(struct buffer *b, const struct tally *t)
{
	write_set(b, DESK_RECORDS, t->stated->evidence->records);
}

static void
strong_evidence(struct buffer *b, const struct tally *t)
{
	buffer_number(b, t->strong);
}

static void
superior_evidence(struct buffer *b, const struct tally *t)
{
	buffer_number(b, t->superior);
}

static void
terms_told(struct buffer *b, const struct tally *t)
{
	if (t->stated->evidence->terms_told)
		write_truth(b, true);
}

/* In alphabetical order, as canonical JSON is. What writes nothing is not stated. */
static const struct {
	const char *fact;
	write_value *write;
} facts[] = {
	{ "proofing.accounts",             accounts },
	{ "proofing.address_confirmed",    address_confirmed },
	{ "proofing.address_of_record",    address_of_record },
	{ "proofing.age",                  no_age },
	{ "proofing.all_data_checked",     all_data_checked },
	{ "proofing.attributes_validated", attributes_validated },
	{ "proofing.biometric_recorded",   biometric_recorded },
	{ "proofing.by_specified_person",  stated_true },
	{ "proofing.evidence_checked",     evidence_checked },
	{ "proofing.evidence_in_force",    evidence_in_force },
	{ "proofing.fair_evidence",        fair_evidence },
	{ "proofing.government_ids",       government_ids },
	{ "proofing.identity_documents",   identity_documents },
	{ "proofing.loss_checked",         loss_checked },
	{ "proofing.mode",                 mode },
	{ "proofing.name_verified",        name_verified },
	{ "proofing.nonrepudiation",       nonrepudiation },
	{ "proofing.notice_sent",          notice_sent },
	{ "proofing.owner_verified_all",   owner_verified_all },
	{ "proofing.owner_verified_by",    owner_verified_by },
	{ "proofing.photo_government_ids", photo_government_ids },
	{ "proofing.portrait_compared",    portrait_compared },
	{ "proofing.records_checked",      records_checked },
	{ "proofing.records_kept",         stated_true },
	{ "proofing.registered",           stated_true },
	{ "proofing.strong_evidence",      strong_evidence },
	{ "proofing.superior_evidence",    superior_evidence },
	{ "proofing.terms_told",           terms_told },
};

void
desk_facts_write(struct buffer *b, const struct dictionary *dictionary, const struct desk_stated *stated)
{
	struct tally t;
	const char *before = "";

	count(&t, stated);
	buffer_byte(b, '{');
	for (size_t i = 0; i < COUNT(facts); i++) {
		struct buffer value = buffer_init(KIB);

		facts[i].write(&value, &t);
		if (value.end > value.start && fact_find(dictionary, span_text(facts[i].fact))) {
			buffer_print(b, "%s\"%s\":", before, facts[i].fact);
			buffer_add(b, buffer_span(&value));
			before = ",";
		}
		buffer_release(&value);
	}
	buffer_byte(b, '}');
}
